import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Unasked } from '../../core/contract/commands.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { may } from '../../core/domain/access/may.ts';
import type { Log } from '../../core/ports/ports.ts';
import { keeperOf } from '../desk/keeper.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { NOBODY_ASKED, type AskedFirst, type Device, type NotAsked } from '../store/store.ts';
import { callFor, concerned, mayConfirm, standings, type Source, type Standing } from './concerned.ts';

/**
 * Before something is confirmed, the calendars of those whose time it takes are asked again, all at the same time, and what they tell is
 * worked on: then the decision is made as always. Nothing of the record is held meanwhile. Whoever looks may be another process.
 */

/** What was read so lately is not asked for again. */
const FRESH_MS = 10_000;
/** From one look at how far they are to the next. */
const STEP_MS = { first: 20, longest: 120 };

export interface Asking {
  /** What came of it; nobody is asked for a command that is about no calendar. Errors: `server.unreachable` (retryable): this process is stopping. */
  before(organisationId: string, device: Device, command: Command): Promise<Result<AskedFirst, CodedError>>;
  /** Whoever waits is sent away undecided, and asks again. */
  stop(): void;
}

export interface AskingOptions {
  readonly internals: StoreInternals;
  /** Milliseconds for all of it. */
  readonly waitMs: number;
  readonly log: Log;
  /** Told how long it took. */
  readonly measured?: (outcome: 'asked' | 'not_asked', ms: number) => void;
}

/** What is still waited for of a connection: the count that its looks have to come to; null = only that what came is worked on. */
type Wanted = number | null;
type End = 'asked' | 'away' | Unasked['why'];

export function createAsking({ internals, waitMs, log, measured }: AskingOptions): Asking {
  const { database, clock } = internals;
  const stopping = new AbortController();

  const isFresh = ({ lookedAt }: Source): boolean => lookedAt !== null && Math.abs(clock.now() - Date.parse(lookedAt)) <= FRESH_MS;

  async function knownSince(organisationId: string, sources: readonly Source[]): Promise<ReadonlyMap<string, string | null>> {
    const { rows } = await standings(organisationId, sources.map(({ connectionId }) => connectionId), instant(clock)).execute(database.system);
    return new Map(rows.map(({ connectionId, lookedAt }) => [connectionId, lookedAt]));
  }

  /** Names of the computers that would have to be on. Of one that is let in no more nothing would come, on or off. */
  async function computersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const keepers = await Promise.all(connectionIds.map(async (id) => [id, await keeperOf(database.system, id, instant(clock))] as const));
    return new Map(keepers.flatMap(([id, keeper]) => (keeper && !keeper.withdrawn && keeper.name !== '' ? [[id, keeper.name] as const] : [])));
  }

  /** How it ended with each connection; null = this process is stopping. */
  async function ask(organisationId: string, sources: readonly Source[]): Promise<ReadonlyMap<string, End> | null> {
    const ends = new Map<string, End>();
    const deadline = performance.now() + waitMs;
    const unknown = sources.filter((one) => !one.paused && !isFresh(one));
    // Nobody can look until it is back: whoever waits is told so at once.
    for (const { connectionId } of unknown.filter(({ away }) => away)) ends.set(connectionId, 'away');
    const stale = [...new Set(unknown.filter(({ away }) => !away).map(({ connectionId }) => connectionId))];
    const call = () => database.withOrganisation(organisationId, (tx) => callFor(tx, organisationId, stale, instant(clock)));
    const counts = stale.length === 0 ? null : await call();
    if (counts) internals.callLooks();
    const wanted = new Map(sources.map(({ connectionId }): [string, Wanted] => [connectionId, counts?.get(connectionId) ?? null]));
    const open = sources.filter(({ connectionId }) => !ends.has(connectionId));
    let left = unsettled([...new Map(open.map((one) => [one.connectionId, one])).values()], wanted, ends);
    for (let step = STEP_MS.first; left.length > 0; step = Math.min(step * 1.5, STEP_MS.longest)) {
      if (performance.now() >= deadline) {
        for (const id of left) ends.set(id, 'late');
        break;
      }
      await sleep(Math.min(step, Math.max(1, deadline - performance.now())), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return null;
      const { rows } = await standings(organisationId, left, instant(clock)).execute(database.system);
      left = unsettled(rows, wanted, ends);
    }
    return ends;
  }

  return {
    async before(organisationId, device, command) {
      if (!mayConfirm(command) || !may(device, `command:${command.type}`, { organisationId }).allowed) return ok(NOBODY_ASKED);
      const beganAt = performance.now();
      const { sources, since } = await database.withOrganisation(organisationId, (tx) => concerned(tx, organisationId, command, clock.now()));
      if (sources.length === 0) return ok(NOBODY_ASKED);
      const ends = await ask(organisationId, sources);
      if (ends === null) return err(codedError('server.unreachable', 'The server is stopping; nothing was decided.', true));
      const now = await knownSince(organisationId, sources);
      const computers = await computersOf([...ends].flatMap(([connectionId, end]) => (end === 'away' ? [connectionId] : [])));
      const unasked = sources.flatMap(({ calendarId, connectionId, whose }): NotAsked[] => {
        const end = ends.get(connectionId) ?? 'late';
        const computer = computers.get(connectionId);
        const why = end === 'away' ? 'no_answer' : end;
        if (why === 'asked') return [];
        return [{ calendarId, whose, why, lookedAt: now.get(connectionId) ?? null, ...(computer === undefined ? {} : { computer }) }];
      });
      const ms = performance.now() - beganAt;
      measured?.(unasked.length === 0 ? 'asked' : 'not_asked', ms);
      const notAsked = unasked.map(({ calendarId, why }) => ({ calendarId, why }));
      const { commandId, type } = command;
      log.info({ organisationId, commandId, command: type, calendars: sources.length, notAsked, ms: Math.round(ms) }, 'calendars asked before a confirmation');
      return ok({ unasked, since });
    },
    stop: () => stopping.abort(),
  };
}

/** Notes how it ended with these, and gives those that are still waited for. */
function unsettled(rows: readonly Standing[], wanted: ReadonlyMap<string, Wanted>, ends: Map<string, End>): string[] {
  return rows.flatMap((row) => {
    const verdict = verdictOf(row, wanted.get(row.connectionId) ?? null);
    if (verdict === 'waits') return [row.connectionId];
    ends.set(row.connectionId, verdict);
    return [];
  });
}

function verdictOf({ paused, away, answered, ended, undone, held }: Standing, count: Wanted): End | 'waits' {
  if (paused) return 'paused';
  if (count !== null && answered < count) return away ? 'away' : ended < count ? 'waits' : 'no_answer';
  if (undone) return 'waits';
  return held ? 'held' : 'asked';
}
