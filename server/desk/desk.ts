import { sql } from 'kysely';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { DESK_WAIT_MS, type DeskAnswer, type DeskAsk, type DeskTurn, type DeskTurnsAnswer } from '../../core/contract/desk.ts';
import type { Clock, Ids, Log } from '../../core/ports/ports.ts';
import type { OpenedStore } from '../store/internals.ts';
import type { Device } from '../store/store.ts';
import { createBell } from './bell.ts';
import { keeperOf } from './keeper.ts';
import { deskReturned, deskWithdrawn } from './standing.ts';

/** A desktop has this long for one turn; its own limits are shorter, so that a vendor that hangs is told as such. */
const TURN_MS = 75_000;
/** Between two questions of a desktop that is there. */
const BETWEEN_MS = 10_000;
/** A ring may be lost: whoever waits looks this often. */
const LOOK_MS = 2_000;
/** Turns that are given at once. */
const AT_ONCE = 8;
/** What a process that ended has left behind. */
const LEFT_MS = 10 * 60_000;

/** What a desktop was asked to call, and for which connection. */
export interface Asking {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly system: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The mark of its key: connections with the same one are one account for limits. Null = it was not told yet. */
  readonly mark: string | null;
  readonly ask: DeskAsk;
  /** Only whoever kept the key under this fence is asked; left out = whoever keeps it now. */
  readonly fence?: number;
}

/**
 * `away` = it is not there, or did not come back with an answer: nobody was called as far as anybody knows, and everything
 * waits for it. `since` = milliseconds; null = it never was there. `moved` = somebody else keeps the key now. `mayHaveCalled`: it had the
 * turn in hand, or nobody knows.
 */
export type Asked =
  /** `by` = the device that called; null = none was asked, since the source wants to be left alone. */
  | { readonly kind: 'answered'; readonly by: string | null; readonly answer: DeskAnswer }
  | { readonly kind: 'away'; readonly since: number | null; readonly mayHaveCalled?: true }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'moved'; readonly mayHaveCalled?: true };

/** How a desktop listens. */
export interface Listening {
  /** Names this run of its program. */
  readonly run: string;
  readonly waitMs: number;
  /** It lists and writes calendars too. */
  readonly calendars: boolean;
  /** It is told with a look what was written. */
  readonly written: boolean;
}

export interface Desk {
  /** Has a call made by the desktop that keeps the key. Rejects only when the database does. */
  ask(asking: Asking, limitMs?: number): Promise<Asked>;
  /** Turns for this device; waits up to `waitMs` for one. `gone` is aborted when nobody listens any more. */
  listen(device: Device, listening: Listening, gone: AbortSignal): Promise<DeskTurnsAnswer>;
  /** Errors: `request.not_found`, `desk.turn_over`. */
  answer(device: Device, turnId: string, given: { readonly run: string; readonly fence: number; readonly answer: DeskAnswer }): Promise<Result<{ turnId: string; connectionId: string }, CodedError>>;
  /** Ends all waiting. */
  stop(): void;
}

export interface DeskOptions {
  readonly store: Pick<OpenedStore, 'internals' | 'say' | 'onSaid' | 'onRevoked'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Milliseconds for one turn; the standard unless a test is in a hurry. */
  readonly turnMs?: number;
}

/** What a desktop that knows nothing of calendars can be asked. */
const OLDER_KINDS: readonly DeskAsk['kind'][] = ['poll', 'reread', 'test'];

/** The same for such a one; null = it cannot be asked that. */
function askOfOlder(ask: DeskAsk): DeskAsk | null {
  if (ask.kind === 'poll') return { kind: 'poll', cursor: ask.cursor };
  return OLDER_KINDS.includes(ask.kind) ? ask : null;
}

/** What is asked of a desktop that reads of no entries that were written. */
function untold(ask: DeskAsk): DeskAsk {
  if (ask.kind !== 'poll') return ask;
  const { written: _written, ...rest } = ask;
  return rest;
}

type Knows = Pick<Listening, 'calendars' | 'written'>;
const askFor = ({ calendars, written }: { readonly [K in keyof Knows]: boolean | null }, ask: DeskAsk): DeskAsk | null =>
  calendars === true ? (written === true ? ask : untold(ask)) : askOfOlder(ask);

/** Calls made by desktops. Everything is in the database, so that any process may ask, any may serve the desktop, and either may end. */
export function createDesk({ store, clock, ids, log, turnMs = TURN_MS }: DeskOptions): Desk {
  const { internals } = store;
  const { database } = internals;
  const bell = createBell(store);
  const stopped = new AbortController();
  const at = (ms: number) => new Date(ms).toISOString();
  const forget = store.onRevoked((deviceId) => {
    deskWithdrawn(internals, deviceId).catch((error: unknown) => log.error({ err: error, deviceId }, 'connections of a withdrawn desktop could not be told so'));
  });

  async function answerOf({ organisationId }: Asking, turnId: string, deadline: number): Promise<DeskAnswer | null> {
    for (;;) {
      const left = deadline - performance.now();
      const ring = bell.wait('desk.answered', turnId, Math.max(1, Math.min(left, LOOK_MS)));
      const row = await database.withOrganisation(organisationId, (tx) => tx.selectFrom('deskTurns').select(['state', 'answer']).where('id', '=', turnId).executeTakeFirst());
      const settled = !row || row.state === 'answered' || left <= 0 || stopped.signal.aborted;
      if (settled) {
        ring.end();
        // What stands there was parsed before it was written.
        return row?.state === 'answered' ? (row.answer as DeskAnswer) : null;
      }
      await ring.rung;
    }
  }

  /** What was asked while a newer desktop listened there may be fetched by an older one: it gets of it what it can read. */
  async function take(device: Device, run: string, knows: Knows): Promise<DeskTurn[]> {
    const now = clock.now();
    const { rows } = await database.withOrganisation(device.organisationId, (tx) =>
      sql<Omit<DeskTurn, 'leftMs'> & { readonly expiresAt: string }>`
        update desk_turns t set state = 'taken', run = ${run}
        from connection_access a
        where t.device_id = ${device.id} and t.expires_at > ${at(now)}::timestamptz and (t.state = 'open' or (t.state = 'taken' and t.run <> ${run}))
          and (${knows.calendars} or t.ask ->> 'kind' = any(${OLDER_KINDS}::text[]))
          and t.id in (select id from desk_turns where device_id = ${device.id} and state <> 'answered' order by asked_at limit ${AT_ONCE * 4})
          and a.id = t.connection_id and a.kept_by = t.device_id and a.kept_fence = t.fence
        returning t.id as turn_id, t.fence, t.connection_id, a.system, t.settings, a.kept_keys as keys, t.ask, t.expires_at
      `.execute(tx),
    );
    return rows.flatMap(({ expiresAt, ...turn }) => {
      const ask = askFor(knows, turn.ask);
      return ask === null ? [] : [{ ...turn, ask, leftMs: Math.max(0, Math.floor(Date.parse(expiresAt) - now)) }];
    });
  }

  const kept = (device: Device) =>
    database.withOrganisation(device.organisationId, (tx) =>
      tx.selectFrom('connectionAccess').select(['id as connectionId', 'keptFence as fence', sql<boolean>`kept_mark is not null`.as('marked')]).where('organisationId', '=', device.organisationId).where('keptBy', '=', device.id).orderBy('id').execute(),
    );

  return {
    async ask(asking, limitMs = turnMs) {
      const { organisationId, connectionId, settings } = asking;
      const now = clock.now();
      const keeper = await keeperOf(database.system, connectionId, at(now));
      if (!keeper || (asking.fence !== undefined && asking.fence !== keeper.fence)) return { kind: 'moved' };
      if (keeper.withdrawn) return { kind: 'withdrawn' };
      const until = keeper.listeningUntil === null ? null : Date.parse(keeper.listeningUntil);
      if (until === null || until < now) return { kind: 'away', since: until };
      const ask = askFor(keeper, asking.ask);
      if (ask === null) return { kind: 'answered', by: null, answer: { outcome: 'refused', code: 'desk.system_unknown' } };
      const turnId = ids.next();
      await database.withOrganisation(organisationId, async (tx) => {
        await sql`delete from desk_turns where expires_at < ${at(now - LEFT_MS)}::timestamptz`.execute(tx);
        await sql`
          insert into desk_turns (id, organisation_id, connection_id, device_id, fence, ask, settings, asked_at, expires_at)
          select ${turnId}, a.organisation_id, a.id, a.kept_by, a.kept_fence, ${JSON.stringify(ask)}::jsonb, ${JSON.stringify(settings)}::jsonb, ${at(now)}::timestamptz, ${at(now + limitMs)}::timestamptz
          from connection_access a where a.organisation_id = ${organisationId} and a.id = ${connectionId} and a.kept_by = ${keeper.deviceId} and a.kept_fence = ${keeper.fence}
        `.execute(tx);
      });
      let ended = false;
      const end = () => database.withOrganisation(organisationId, (tx) =>
        tx.deleteFrom('deskTurns').where('id', '=', turnId).returning('state').executeTakeFirst());
      try {
        bell.ring('desk.asked', keeper.deviceId);
        const answer = await answerOf(asking, turnId, performance.now() + limitMs);
        if (answer) return { kind: 'answered', by: keeper.deviceId, answer };
        // Whoever gives the key another place takes the turns of the former one away.
        const after = await keeperOf(database.system, connectionId, at(clock.now()));
        const turn = await end();
        ended = true;
        const touched = turn?.state === 'open' ? {} : { mayHaveCalled: true as const };
        const same = after?.deviceId === keeper.deviceId && after.fence === keeper.fence;
        return same ? { kind: 'away', since: now, ...touched } : { kind: 'moved', ...touched };
      } finally {
        if (!ended) await end();
      }
    },

    async listen(device, { run, waitMs, calendars, written }, gone) {
      const now = clock.now();
      const until = at(now + Math.min(waitMs, DESK_WAIT_MS) + BETWEEN_MS);
      await database.withOrganisation(device.organisationId, (tx) =>
        sql`
          insert into desks (device_id, organisation_id, listening_until, calendars, written)
          values (${device.id}, ${device.organisationId}, ${until}::timestamptz, ${calendars}, ${written})
          on conflict (device_id) do update set listening_until = excluded.listening_until, calendars = excluded.calendars, written = excluded.written
        `.execute(tx),
      );
      const deadline = performance.now() + waitMs;
      for (;;) {
        const ring = bell.wait('desk.asked', device.id, Math.max(1, Math.min(deadline - performance.now(), LOOK_MS)));
        // With each look, since somebody may just have found it away.
        if (await deskReturned(internals, device, calendars)) {
          internals.callWorkers();
          internals.callLooks();
        }
        const turns = await take(device, run, { calendars, written });
        const own = await kept(device);
        // Who keeps nothing holds no line open.
        const over = turns.length > 0 || own.length === 0 || performance.now() >= deadline || gone.aborted || stopped.signal.aborted;
        if (over) {
          ring.end();
          return { turns, kept: own };
        }
        const leave = () => ring.end();
        gone.addEventListener('abort', leave, { once: true });
        await ring.rung;
        gone.removeEventListener('abort', leave);
      }
    },

    async answer(device, turnId, { run, fence, answer }) {
      const done = await database.withOrganisation(device.organisationId, async (tx) => {
        const turn = await tx.selectFrom('deskTurns').select(['deviceId', 'state', 'run', 'fence', 'expiresAt', 'connectionId']).where('id', '=', turnId).forUpdate().executeTakeFirst();
        // Another desktop's turn is as unknown as any.
        if (!turn || turn.deviceId !== device.id) return err(codedError('request.not_found', 'There is no such turn.'));
        const keeper = await tx.selectFrom('connectionAccess').select(['keptBy', 'keptFence']).where('id', '=', turn.connectionId).executeTakeFirst();
        const current = keeper?.keptBy === device.id && keeper.keptFence === turn.fence && fence === turn.fence;
        if (!current || turn.state !== 'taken' || turn.run !== run || Date.parse(turn.expiresAt) <= clock.now()) return err(codedError('desk.turn_over', 'This turn is over; what it brought is not taken.'));
        await sql`update desk_turns set state = 'answered', answer = ${JSON.stringify(answer)}::jsonb where id = ${turnId}`.execute(tx);
        return ok({ turnId, connectionId: turn.connectionId });
      });
      if (done.ok) bell.ring('desk.answered', turnId);
      return done;
    },

    stop() {
      stopped.abort();
      forget();
      bell.close();
    },
  };
}
