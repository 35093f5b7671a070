import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Setup } from '../../core/contract/systems.ts';
import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import { callsComeIn } from '../../core/vendors/manifest.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Calls } from '../calls/calls.ts';
import type { Config } from '../config.ts';
import type { Counting } from '../figures/counting.ts';
import { keyOf, mailKeyOf, secretsOf } from '../store/connections.ts';
import { keeperOf, keeperView } from '../desk/keeper.ts';
import type { Desk } from '../desk/desk.ts';
import type { Tx } from '../store/database.ts';
import { forwardingNow } from '../store/forwarding.ts';
import type { StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { channelsOf } from './channelState.ts';
import { canBeCalled } from './reachable.ts';
import { fieldsOf, mayComeLater } from './values.ts';

/** What the parts of this folder are given. */
export interface SystemsDeps {
  readonly internals: StoreInternals;
  /** The vendor of that name, or null. */
  readonly vendors: (system: string) => VendorModule | null;
  /** Every system that can be connected. */
  readonly catalogue: readonly VendorModule[];
  readonly http: Http;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly config: Pick<Config, 'publicUrl' | 'mailInDomain'>;
  /** Calls by desktops that keep a key; left out where none is served. */
  readonly desk?: Pick<Desk, 'ask'>;
  /** Where rows of files are counted by connection; left out = nowhere. */
  readonly figures?: Counting | undefined;
}

/** A connection as it stands, secrets opened. Never leaves this folder whole. */
export interface Standing {
  readonly row: Connection;
  readonly vendor: VendorModule;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly intakeKey: string;
  readonly leaveUntil: string | null;
  readonly leaveEnded: boolean;
  /** Scopes with spaces between; null = none, or nobody knows. */
  readonly leaveScope: string | null;
  readonly leaveRefused: string | null;
  /** As it was kept. */
  readonly forwarding: unknown;
  /** The device that keeps the secrets of its calls; null = they are among `secrets`. */
  readonly keptBy: string | null;
  /** Raised with each change of it. */
  readonly keptFence: number;
  /** Names of the secrets that are there. */
  readonly keptKeys: readonly string[];
  /** Says which connections use the same key; null = not told yet. */
  readonly keptMark: string | null;
}

export const notFound = (): Result<never, CodedError> => err(codedError('request.not_found', 'There is no such connection.'));
export const notPossible = (message: string): Result<never, CodedError> => err(codedError('connect.not_possible', message));

/** Errors: `request.not_found`, `connect.system_gone` (its system is not installed any more), `secrets.unavailable`. */
export async function readStanding({ internals, vendors }: Pick<SystemsDeps, 'internals' | 'vendors'>, tx: Tx, organisationId: string, connectionId: string): Promise<Result<Standing, CodedError>> {
  const [row] = await readRows(tx, organisationId, 'connections', [connectionId]);
  const access = await tx
    .selectFrom('connectionAccess')
    .select(['settings', 'secretsSealed', 'intakeKeySealed', 'leaveUntil', 'leaveEnded', 'leaveScope', 'leaveRefused', 'forwarding', 'keptBy', 'keptFence', 'keptKeys', 'keptMark'])
    .where('organisationId', '=', organisationId)
    .where('id', '=', connectionId)
    .executeTakeFirst();
  if (!row || !access) return notFound();
  const vendor = vendors(row.system);
  if (!vendor) return err(codedError('connect.system_gone', `No vendor folder is installed for ${row.system}.`));
  const secrets = internals.vault.open(access.secretsSealed, secretsOf(connectionId));
  if (!secrets.ok) return secrets;
  const intakeKey = internals.vault.open(access.intakeKeySealed, keyOf(connectionId));
  if (!intakeKey.ok) return intakeKey;
  const { secretsSealed: _sealed, intakeKeySealed: _key, ...plain } = access;
  return ok({ row, vendor, ...plain, secrets: JSON.parse(secrets.value) as Record<string, string>, intakeKey: intakeKey.value });
}

export const readAlone = (deps: SystemsDeps, organisationId: string, connectionId: string): Promise<Result<Standing, CodedError>> =>
  deps.internals.database.withOrganisation(organisationId, (tx) => readStanding(deps, tx, organisationId, connectionId));

/** Who asks for a setup. */
export interface AskedBy {
  readonly deviceId: string;
  readonly organisationId: string;
  /** How the caller reached this server, where no public address is configured. */
  readonly origin: string;
}

/** What a person has to carry over there, and who keeps the key. */
export async function setupOf(standing: Standing, deps: Pick<SystemsDeps, 'config' | 'clock' | 'internals'>, { deviceId, organisationId, origin }: AskedBy): Promise<Setup> {
  const { row, vendor, settings, secrets, intakeKey, leaveUntil, leaveEnded, leaveRefused, forwarding, keptBy, keptKeys } = standing;
  const { config, clock, internals } = deps;
  const channels = row.path === 'native' ? await channelsOf(internals, { organisationId, connectionId: row.id, vendor, publicUrl: config.publicUrl, now: clock.now() }) : undefined;
  const keeper = keptBy === null ? null : await keeperOf(internals.database.system, row.id, new Date(clock.now()).toISOString());
  const { manifest } = vendor;
  const calls = callsComeIn(manifest) && (row.path === 'native' || row.path === 'bridge');
  const webhookUrl = calls ? `${config.publicUrl ?? origin}/api/integrations/webhook/${row.system}/${intakeKey}` : null;
  const required = fieldsOf(manifest, row.path).filter((field) => field.required && (field.sensitive || mayComeLater(manifest, field)));
  return {
    connectionId: row.id,
    webhookUrl,
    reachable: webhookUrl === null ? null : canBeCalled(webhookUrl),
    mailAddress: row.path === 'mail' && config.mailInDomain !== null ? `${mailKeyOf(intakeKey)}@${config.mailInDomain}` : null,
    settings,
    secretsSet: [...Object.keys(secrets).filter((key) => secrets[key] !== ''), ...keptKeys],
    missing: required.filter(({ key, sensitive }) => !(sensitive ? secrets : settings)[key] && !keptKeys.includes(key)).map((field) => field.key),
    keeper: keeper && keeperView(keeper, deviceId, clock.now()),
    leave: manifest.oauth === null ? null : { given: Boolean(secrets['accessToken']), until: leaveUntil, ended: leaveEnded, refused: leaveRefused },
    forwarding: row.path === 'mail' ? forwardingNow(forwarding, clock.now()) : null,
    ...(channels === undefined ? {} : { channels }),
  };
}
