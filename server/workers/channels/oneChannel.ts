import { sql } from 'kysely';
import { againAt, renewAt } from '../../../core/domain/calendars/channels.ts';
import type { CalendarResult, CalendarTrouble, Channel, ChannelWish, WatchPart } from '../../../core/vendors/calendars.ts';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import type { Clock, Http, Log } from '../../../core/ports/ports.ts';
import type { Calls } from '../../calls/calls.ts';
import { channelTokenOf, tokensChanged } from '../../store/channels.ts';
import { accessChanged, showIntakeKey } from '../../store/connections.ts';
import type { Tx } from '../../store/database.ts';
import type { StoreInternals } from '../../store/internals.ts';
import { newToken } from '../../store/vault.ts';
import { freshAccess } from '../../systems/freshAccess.ts';
import { insist } from '../../systems/insist.ts';
import { readWatched, type HeldChannel, type Watched } from './rows.ts';

export interface ChannelDeps {
  readonly internals: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly calls?: Calls | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** The server's public address; null = nobody can call it. */
  readonly origin: string | null;
  /** Told when a source was called for a look. */
  readonly lookNow?: (() => void) | undefined;
}

/** In somebody's hands for this long: longer than all calls of one step may take. */
export const LEASE_MS = 5 * 60_000;
/** A channel that does not end when it is told to is left to end by itself. */
const MOST_STOPS = 5;
const NO_CALL: CalendarTrouble = { code: 'normalise.no_access', message: 'The connection cannot be called just now.', retryable: true, retryAfterMs: null };

type Make<T> = (ports: CallPorts, access: ConnectionAccess) => Promise<CalendarResult<T>>;
interface Line {
  readonly watch: WatchPart;
  readonly call: <T>(make: Make<T>) => Promise<CalendarResult<T>>;
}

/** Null = it cannot be called: it was removed, its leave is over, or its key is elsewhere. */
export async function lineTo(deps: Pick<ChannelDeps, 'internals' | 'vendors' | 'http' | 'calls' | 'clock'>, organisationId: string, connectionId: string, system: string): Promise<Line | null> {
  const { internals, vendors, http, clock, calls } = deps;
  const vendor = vendors(system);
  const watch = vendor?.calendar?.watch;
  if (!vendor || !watch) return null;
  const accessDeps = { internals, vendors, http, clock, calls };
  const access = await freshAccess(accessDeps, organisationId, connectionId);
  if (!access.ok || access.value.keptBy !== null) return null;
  const insisting = insist(accessDeps, organisationId, access.value);
  const { manifest } = vendor;
  return {
    watch,
    call: (make) => insisting.call((with_) => make({ http: calls?.of({ manifest, organisationId, connectionId, secrets: with_.secrets, purpose: 'calendar.watch' }) ?? http, clock }, with_)),
  };
}

const text = (ms: number): string => new Date(ms).toISOString();

/** Changes the channel while it is still in our hands. False = it is not. */
async function settle({ internals }: ChannelDeps, { organisationId, id, connectionId, lease }: Pick<HeldChannel, 'organisationId' | 'id' | 'connectionId' | 'lease'>, work: (tx: Tx) => Promise<unknown>): Promise<boolean> {
  const done = await internals.database.withOrganisation(organisationId, async (tx) => {
    const held = await sql`select 1 from calendar_channels where organisation_id = ${organisationId} and id = ${id} and next_at = ${lease}::timestamptz for update`.execute(tx);
    if (held.rows.length === 0) return false;
    await work(tx);
    await tokensChanged(internals, tx, connectionId);
    return true;
  });
  if (done) accessChanged(internals, connectionId);
  return done;
}

/** What happened between the last look and now was told to nobody. */
async function look({ internals, clock, lookNow }: ChannelDeps, { organisationId, connectionId }: Watched): Promise<void> {
  await internals.database.withOrganisation(organisationId, (tx) => sql`update connection_access set next_poll_at = ${text(clock.now())}::timestamptz where organisation_id = ${organisationId} and id = ${connectionId} and not paused`.execute(tx));
  lookNow?.();
}

async function wishOf(deps: ChannelDeps, watched: Watched, channelId: string, token: string, longestMs: number): Promise<ChannelWish | null> {
  const key = await showIntakeKey(deps.internals, watched.organisationId, watched.connectionId);
  if (!key.ok || deps.origin === null) return null;
  return { channelId, address: `${deps.origin}/api/integrations/webhook/${watched.system}/${key.value}`, lifecycleAddress: null, token, until: deps.clock.now() + longestMs };
}

/** Makes a row for a channel of a new name, with a token that calls are believed by before anybody is asked to call. Null = somebody else does it. */
async function begin({ internals, clock, origin }: ChannelDeps, { organisationId, connectionId, calendarId }: Watched, failures = 0): Promise<{ readonly held: HeldChannel; readonly token: string } | null> {
  const [id, token, lease] = [internals.ids.next(), newToken(), text(clock.now() + LEASE_MS)];
  const made = await internals.database.withOrganisation(organisationId, async (tx) => {
    const { rows } = await sql`
      insert into calendar_channels (organisation_id, id, connection_id, calendar_id, origin, token_sealed, state, next_at, failures)
      select ${organisationId}::uuid, ${id}::uuid, ${connectionId}::uuid, ${calendarId}::uuid, ${origin ?? ''}, ${internals.vault.seal(token, channelTokenOf(id))}, 'opening', ${lease}::timestamptz, ${failures}::bigint
      where exists (select 1 from connection_access where organisation_id = ${organisationId} and id = ${connectionId} and removed_at is null)
      on conflict do nothing returning 1
    `.execute(tx);
    if (rows.length > 0) await tokensChanged(internals, tx, connectionId);
    return rows.length > 0;
  });
  if (!made) return null;
  accessChanged(internals, connectionId);
  return { token, held: { organisationId, id, connectionId, calendarId, remoteId: null, remoteResourceId: null, state: 'opening', openedAt: null, endsAt: null, failures, lease } };
}

const drop = ({ organisationId, id }: HeldChannel) => (tx: Tx) => sql`delete from calendar_channels where organisation_id = ${organisationId} and id = ${id}`.execute(tx);

/** It tells from now on, and what told before it ends. */
function stands({ organisationId, id, calendarId }: HeldChannel, { channelId, resourceId, expiresAt }: Channel, now: number, random: number) {
  return async (tx: Tx): Promise<void> => {
    await sql`
      update calendar_channels set state = 'closing', next_at = ${text(now)}::timestamptz, failures = 0
      where organisation_id = ${organisationId} and calendar_id = ${calendarId} and state = 'open' and id <> ${id}
    `.execute(tx);
    await sql`
      update calendar_channels set state = 'open', remote_id = ${channelId}, remote_resource_id = ${resourceId}, opened_at = ${text(now)}::timestamptz, ends_at = ${text(expiresAt)}::timestamptz,
        next_at = ${text(renewAt(now, expiresAt, random))}::timestamptz, failures = 0, reason = null
      where organisation_id = ${organisationId} and id = ${id}
    `.execute(tx);
  };
}

function waits({ organisationId, id }: HeldChannel, { code, retryable, retryAfterMs }: CalendarTrouble, failures: number, now: number, random: number) {
  const next = text(againAt(now, { failures, retryable, retryAfterMs }, random));
  return (tx: Tx) => sql`
    update calendar_channels set failures = ${failures}, reason = ${code}, next_at = least(${next}::timestamptz, coalesce(ends_at, ${next}::timestamptz))
    where organisation_id = ${organisationId} and id = ${id}
  `.execute(tx);
}

export const stopped = (line: Line, channel: Channel) => line.call((ports, access) => line.watch.stop(ports, access, channel));

/** Opens one for a calendar that nobody tells of. */
export async function openFor(deps: ChannelDeps, watched: Watched, failures = 0): Promise<void> {
  const begun = await begin(deps, watched, failures);
  if (begun === null) return;
  const { held, token } = begun;
  const line = await lineTo(deps, watched.organisationId, watched.connectionId, watched.system);
  const wish = line && (await wishOf(deps, watched, held.id, token, line.watch.longestMs));
  const opened: CalendarResult<Channel> = line && wish ? await line.call((ports, access) => line.watch.open(ports, access, watched.calendarRef, wish)) : { ok: false, error: NO_CALL };
  const now = deps.clock.now();
  if (!opened.ok) {
    const { code, message } = opened.error;
    deps.log.warn({ organisationId: watched.organisationId, connectionId: watched.connectionId, system: watched.system, code, message }, 'a calendar does not tell of its changes; it is looked at');
    await settle(deps, held, waits(held, opened.error, failures + 1, now, deps.random()));
    return;
  }
  const kept = await settle(deps, held, stands(held, opened.value, now, deps.random()));
  if (kept) await look(deps, watched);
  // Nobody would look after it: what was to be told of is not wanted any more.
  else if (line) await stopped(line, opened.value);
}

async function renew(deps: ChannelDeps, held: HeldChannel, watched: Watched, channel: Channel): Promise<void> {
  const line = await lineTo(deps, watched.organisationId, watched.connectionId, watched.system);
  const begun = line && (await begin(deps, watched));
  const wish = begun && (await wishOf(deps, watched, begun.held.id, begun.token, line.watch.longestMs));
  if (!line || !begun || !wish) {
    await settle(deps, held, waits(held, NO_CALL, held.failures + 1, deps.clock.now(), deps.random()));
    return;
  }
  const renewed = await line.call((ports, access) => line.watch.renew(ports, access, watched.calendarRef, channel, wish));
  const now = deps.clock.now();
  if (renewed.ok && renewed.value.replaces) {
    const kept = await settle(deps, begun.held, stands(begun.held, renewed.value.channel, now, deps.random()));
    if (!kept) await stopped(line, renewed.value.channel);
    return;
  }
  await settle(deps, begun.held, drop(begun.held));
  if (renewed.ok) await settle(deps, held, stands(held, renewed.value.channel, now, deps.random()));
  else if (renewed.error.code === 'calendar.gone') {
    await settle(deps, held, drop(held));
    await openFor(deps, watched);
  } else {
    const { code, message } = renewed.error;
    deps.log.warn({ organisationId: held.organisationId, connectionId: held.connectionId, system: watched.system, code, message }, 'a channel of a calendar was not renewed');
    await settle(deps, held, waits(held, renewed.error, held.failures + 1, now, deps.random()));
  }
}

async function close(deps: ChannelDeps, held: HeldChannel, system: string | null): Promise<void> {
  const channel = channelOf(held);
  const over = channel === null || channel.expiresAt <= deps.clock.now();
  const line = over || system === null ? null : await lineTo(deps, held.organisationId, held.connectionId, system);
  const answer = line && channel ? await stopped(line, channel) : null;
  if (answer === null || answer.ok || !answer.error.retryable || held.failures + 1 >= MOST_STOPS) await settle(deps, held, drop(held));
  else await settle(deps, held, waits(held, answer.error, held.failures + 1, deps.clock.now(), deps.random()));
}

export const channelOf = ({ remoteId, remoteResourceId, endsAt }: Pick<HeldChannel, 'remoteId' | 'remoteResourceId' | 'endsAt'>): Channel | null =>
  remoteId === null || endsAt === null ? null : { channelId: remoteId, resourceId: remoteResourceId, expiresAt: Date.parse(endsAt) };

async function systemOf({ internals }: ChannelDeps, { organisationId, connectionId }: HeldChannel): Promise<string | null> {
  const found = await internals.database.withOrganisation(organisationId, (tx) => tx.selectFrom('connectionAccess').select('system').where('organisationId', '=', organisationId).where('id', '=', connectionId).where('removedAt', 'is', null).executeTakeFirst());
  return found?.system ?? null;
}

/** Does what is due for a channel in our hands. */
export async function attend(deps: ChannelDeps, held: HeldChannel): Promise<void> {
  const watched = held.state === 'closing' ? null : await readWatched(deps.internals, held);
  if (watched === null) {
    await close(deps, held, await systemOf(deps, held));
    return;
  }
  const channel = channelOf(held);
  if (held.state === 'open' && channel !== null && channel.expiresAt > deps.clock.now()) {
    await renew(deps, held, watched, channel);
    return;
  }
  // Nobody knows what became of it, or it has ended: another one, by another name.
  await settle(deps, held, drop(held));
  await openFor(deps, watched, held.state === 'opening' ? held.failures : 0);
}
