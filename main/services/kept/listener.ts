import type { DeskTurn, DeskTurnsAnswer } from '../../../core/contract/desk.ts';
import type { Timers } from '../../../core/link/link.ts';
import { retryDelay } from '../../../core/link/machine.ts';
import type { Log, Random } from '../../../core/ports/ports.ts';
import type { Session } from '../api.ts';
import type { DeskApi } from './api.ts';
import type { KeptKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import type { TellMarks } from './marks.ts';
import { runTurn, type TurnPorts } from './turn.ts';

export interface ListenerOptions extends Omit<TurnPorts, 'keys'> {
  readonly api: DeskApi;
  readonly keys: KeptKeys;
  /** One change of the keys at a time; turns wait for it. */
  readonly lane: Lane;
  readonly tellMarks: TellMarks;
  readonly session: () => Session | null;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  /** Names this run of the program. */
  readonly run: string;
}

/** A server that does not know this question is asked again after a while. */
const REFUSED_MS = 600_000;
/** A keychain that would not let an entry go is asked again; marks that could not be told are tried again. */
const TIDY_AGAIN_MS = 60_000;

/** Listens for what the server asks this desktop to call, as long as there is a server and something is kept. */
export interface Listener {
  /** There may be something to listen for: the line is there, or a key was put here. */
  wake(): void;
  stop(): void;
}

export function createListener(options: ListenerOptions): Listener {
  const { api, keys, lane, tellMarks, session, timers, random, log, run } = options;
  /** The server that is listened to; another session ends the loop of the former one. */
  let of: Session | null = null;
  let rouse: () => void = () => undefined;
  let stopped = false;
  let marksTold = false;

  /** Keys from before marks were asked for, and after another master key. Not with every answer: a keychain may stay locked. */
  function mark(kept: DeskTurnsAnswer['kept']): void {
    if (marksTold || !kept.some(({ marked }) => marked === false)) return;
    marksTold = true;
    timers.after(TIDY_AGAIN_MS, () => (marksTold = false));
    lane(tellMarks).catch((error: unknown) => log.error({ error }, 'marks of keys could not be told'));
  }

  const sleep = (ms: number | null) =>
    new Promise<void>((resolve) => {
      const cancel = ms === null ? () => undefined : timers.after(ms, resolve);
      rouse = () => {
        cancel();
        resolve();
      };
    });

  /** Entries of connections that are kept elsewhere now, or are gone: nobody needs them any more. */
  const tidy = (kept: DeskTurnsAnswer['kept'], before: readonly string[]) =>
    lane(async () => {
      for (const id of before) {
        if (kept.some(({ connectionId }) => connectionId === id)) continue;
        try {
          await keys.remove(id);
          log.info({ connectionId: id }, 'a key that is kept elsewhere now was removed');
        } catch (error) {
          log.warn({ error, connectionId: id }, 'the keychain refused to remove a key; it is tried again');
        }
      }
    });

  async function take(turn: DeskTurn): Promise<void> {
    // While a key is being put here it is not known yet whether there is one.
    await lane(() => Promise.resolve());
    const answer = await runTurn(turn, options);
    const told = await api.answer(turn.turnId, { run, fence: turn.fence, answer });
    const { turnId, connectionId, ask } = turn;
    const outcome = answer.outcome === 'refused' || answer.outcome === 'failed' ? answer.code : answer.outcome;
    if (told.ok) log.info({ turnId, connectionId, kind: ask.kind, outcome }, 'called for the server');
    else log.warn({ turnId, connectionId, kind: ask.kind, outcome, error: told.error }, 'what was called for the server was not taken');
  }

  async function listen(to: Session): Promise<void> {
    let attempt = 0;
    /** Connections that the server believes to be kept here; null = it was not asked yet. */
    let there: number | null = null;
    while (!stopped && of === to) {
      const before = keys.list();
      if (there === 0) {
        await sleep(before.length === 0 ? null : TIDY_AGAIN_MS);
        there = null;
        continue;
      }
      const answer = await api.turns(run);
      if (stopped || of !== to) return;
      if (!answer.ok) {
        attempt += 1;
        await sleep(answer.error.retryable ? retryDelay(attempt, random.next()) : REFUSED_MS);
        continue;
      }
      attempt = 0;
      await tidy(answer.value.kept, before);
      mark(answer.value.kept);
      // A key that was put here meanwhile is not in this answer.
      there = keys.list().some((id) => !before.includes(id)) ? null : answer.value.kept.length;
      // A key that the server believes to be here and is not: the turn says so, and it is asked for again.
      for (const turn of answer.value.turns) take(turn).catch((error: unknown) => log.error({ error, turnId: turn.turnId }, 'a turn failed'));
    }
  }

  return {
    wake() {
      const now = session();
      rouse();
      if (stopped || (now?.server === of?.server && now?.token === of?.token)) return;
      of = now;
      if (now) listen(now).catch((error: unknown) => log.error({ error }, 'listening for turns ended'));
    },
    stop() {
      stopped = true;
      rouse();
    },
  };
}
