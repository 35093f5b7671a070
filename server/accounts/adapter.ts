import { createHash } from 'node:crypto';
import type { BetterAuthOptions } from 'better-auth';
import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/types';
import type { Vault } from '../store/vault.ts';

/**
 * The library's database adapter with what it does not do by itself: tokens that prove somebody are stored as hashes
 * only, a provider's settings (its secret among them) are opened from the vault, instants become `Date`, and whoever
 * depends on a session hears of its end.
 */
export interface AdapterHooks {
  readonly vault: Pick<Vault, 'open'>;
  /** Sessions that are no more; settles when what lives by them is gone too. */
  sessionsEnded(sessionIds: readonly string[]): Promise<void>;
  sessionBegun(session: { readonly id: string; readonly userId: string; readonly ipAddress: string | null }): void;
}

type Row = Record<string, unknown>;
type Adapter = DBTransactionAdapter<BetterAuthOptions>;

/** Columns that hold a secret which is given to its owner once. */
const HASHED: Readonly<Record<string, string>> = { session: 'token', deviceCode: 'deviceCode' };
const MARK = 'sha256:';
export const hashedToken = (token: string): string => `${MARK}${createHash('sha256').update(token, 'utf8').digest('base64url')}`;
/** Where a provider's settings are bound to in the vault. */
export const sealedAbout = (organisationId: string): string => `single_sign_on:${organisationId}`;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const isInstantField = (name: string) => /(At|Until)$/.test(name);

function hashedWhere(model: string, where: readonly Where[] | undefined, forRemoval: boolean): { where: Where[]; plain: ReadonlyMap<string, string> } {
  const field = HASHED[model];
  const plain = new Map<string, string>();
  const hash = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    // A hash out of a list may be named to end a session, never to be one.
    if (forRemoval && value.startsWith(MARK)) return value;
    const hashed = hashedToken(value);
    plain.set(hashed, value);
    return hashed;
  };
  const mapped = (where ?? []).map((one): Where => {
    if (one.field !== field) return one;
    const value = Array.isArray(one.value) ? one.value.map(hash) : hash(one.value);
    return { ...one, value: value as NonNullable<Where['value']> };
  });
  return { where: mapped, plain };
}

export function wrapAdapter(base: DBAdapter<BetterAuthOptions>, hooks: AdapterHooks): DBAdapter<BetterAuthOptions> {
  const shown = <T>(model: string, row: T, plain: ReadonlyMap<string, string>): T => {
    if (row === null || typeof row !== 'object') return row;
    const told: Row = { ...(row as Row) };
    for (const [name, value] of Object.entries(told)) if (typeof value === 'string' && isInstantField(name) && INSTANT.test(value)) told[name] = new Date(value);
    const field = HASHED[model];
    const hashed = field === undefined ? undefined : told[field];
    if (field !== undefined && typeof hashed === 'string') told[field] = plain.get(hashed) ?? hashed;
    if (model === 'ssoProvider' && typeof told['oidcConfig'] === 'string') {
      const opened = hooks.vault.open(told['oidcConfig'], sealedAbout(String(told['organizationId'])));
      if (!opened.ok) throw new Error(opened.error.message);
      told['oidcConfig'] = opened.value;
    }
    return told as T;
  };
  const stored = (model: string, data: Row): { data: Row; plain: ReadonlyMap<string, string> } => {
    const field = HASHED[model];
    const token = field === undefined ? undefined : data[field];
    if (field === undefined || typeof token !== 'string') return { data, plain: new Map() };
    const hashed = hashedToken(token);
    return { data: { ...data, [field]: hashed }, plain: new Map([[hashed, token]]) };
  };

  const wrap = (inner: Adapter): Adapter => {
    const endingOf = async (model: string, where: Where[]): Promise<string[]> =>
      model === 'session' ? (await inner.findMany<{ id: string }>({ model, where })).map(({ id }) => id) : [];
    const ended = async (ids: readonly string[]) => {
      if (ids.length > 0) await hooks.sessionsEnded(ids);
    };
    return {
      ...inner,
      async create<T extends Record<string, unknown>, R = T>(given: { model: string; data: Omit<T, 'id'>; select?: string[] | undefined; forceAllowId?: boolean | undefined }): Promise<R> {
        const { data, plain } = stored(given.model, given.data);
        const created = shown(given.model, await inner.create<T, R>({ ...given, data: data as Omit<T, 'id'> }), plain);
        if (given.model === 'session') {
          const { userId, ipAddress } = data;
          hooks.sessionBegun({ id: String((created as Row)['id']), userId: String(userId), ipAddress: typeof ipAddress === 'string' && ipAddress !== '' ? ipAddress : null });
        }
        return created;
      },
      async findOne<T>(given: Parameters<Adapter['findOne']>[0]): Promise<T | null> {
        const { where, plain } = hashedWhere(given.model, given.where, false);
        return shown(given.model, await inner.findOne<T>({ ...given, where }), plain);
      },
      async findMany<T>(given: Parameters<Adapter['findMany']>[0]): Promise<T[]> {
        const { where, plain } = hashedWhere(given.model, given.where, false);
        return (await inner.findMany<T>({ ...given, where })).map((row) => shown(given.model, row, plain));
      },
      count: (given) => inner.count({ ...given, where: hashedWhere(given.model, given.where, false).where }),
      async update<T>(given: Parameters<Adapter['update']>[0]): Promise<T | null> {
        const { where, plain } = hashedWhere(given.model, given.where, false);
        const { data, plain: written } = stored(given.model, given.update);
        return shown(given.model, await inner.update<T>({ ...given, where, update: data }), new Map([...plain, ...written]));
      },
      updateMany: (given) => inner.updateMany({ ...given, where: hashedWhere(given.model, given.where, false).where, update: stored(given.model, given.update).data }),
      async delete(given) {
        const { where } = hashedWhere(given.model, given.where, true);
        const ids = await endingOf(given.model, where);
        await inner.delete({ ...given, where });
        await ended(ids);
      },
      async deleteMany(given) {
        const { where } = hashedWhere(given.model, given.where, true);
        const ids = await endingOf(given.model, where);
        const count = await inner.deleteMany({ ...given, where });
        await ended(ids);
        return count;
      },
      async consumeOne<T>(given: Parameters<Adapter['consumeOne']>[0]): Promise<T | null> {
        const { where, plain } = hashedWhere(given.model, given.where, true);
        return shown(given.model, await inner.consumeOne<T>({ ...given, where }), plain);
      },
      async incrementOne<T>(given: Parameters<Adapter['incrementOne']>[0]): Promise<T | null> {
        const { where, plain } = hashedWhere(given.model, given.where, false);
        return shown(given.model, await inner.incrementOne<T>({ ...given, where }), plain);
      },
    };
  };
  return { ...base, ...wrap(base), transaction: (work) => base.transaction((inner) => work(wrap(inner))) };
}
