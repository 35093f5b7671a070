import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Id } from '../../core/contract/primitives.ts';
import { PresenceEntry, PresenceSay, type PresenceList } from '../../core/contract/presence.ts';
import { presenceList, type Present } from '../../core/domain/presence/presence.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { Device, Store } from '../store/store.ts';

/** Changes of one organisation are gathered this long; a large one longer, since everybody is told of everybody. */
const GATHER_MS = 100;
const GATHER_LARGE_MS = 1_000;
const LARGE = 50;
/** One page is believed once in this time; the last thing it said always counts. */
const PACE_MS = 1_000;
/** A line that is gone may be back by a new one within this time; only then are its people taken off. */
const GRACE_MS = 2_000;
/** Each process repeats what it holds, and forgets what another one has not repeated. */
const REPEAT_MS = 4_000;
const FORGET_MS = 12_000;
const SWEEP_MS = 1_000;
/** Bytes of one word to the other processes, with room for its envelope. */
const PART_BYTES = 6_000;
const TOPIC = 'presence';

/** Ages travel instead of times: two machines' clocks need not agree. */
const Told = PresenceEntry.omit({ since: true }).extend({ page: Id, saidAgo: z.number().min(0), sinceAgo: z.number().min(0) });
type Told = z.infer<typeof Told>;
const Word = z.object({ process: Id, organisationId: Id, round: z.int().min(0), part: z.int().min(0), parts: z.int().min(1).max(500), entries: z.array(Told) });

export interface PresenceDeps {
  readonly store: Pick<Store, 'say' | 'onSaid'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Hands the list to those of the house on this process. */
  readonly tell: (organisationId: string, list: PresenceList) => void;
  /** Milliseconds that no change of the clock touches. */
  readonly steady?: () => number;
}

/** A line of this process that may say where it is. */
export interface PresenceLine {
  /** Takes a {@link PresenceSay}; anything else is logged once and passed over: where somebody looks is worth no broken line. */
  say(said: unknown): void;
  /** `mayComeBack` = its people stay on the list for a moment, so that a new line does not make them flicker. */
  gone(mayComeBack: boolean): void;
}

export interface Presence {
  line(device: Device): PresenceLine;
  list(organisationId: string): PresenceList;
  stop(): void;
}

interface Own {
  readonly device: Device;
  present: Present;
  /** The line that speaks for it; null = that line is gone, and it follows at `goneAt`. */
  line: object | null;
  goneAt: number;
}
interface Other {
  readonly heardAt: number;
  readonly round: number;
  readonly present: readonly Present[];
  /** Parts of a newer round that have come so far. */
  readonly waiting: { readonly round: number; readonly parts: Map<number, readonly Present[]> };
}

/**
 * Who is where, over all processes. Each process knows its own lines and hears from the others what they know; nothing
 * is kept anywhere, so a process that dies takes what it said with it after {@link FORGET_MS}.
 */
export function createPresence(deps: PresenceDeps): Presence {
  const { store, clock, log, tell } = deps;
  const steady = deps.steady ?? (() => performance.now());
  const process = randomUUID();
  const own = new Map<string, Map<string, Own>>();
  /** By organisation, then by process. */
  const others = new Map<string, Map<string, Other>>();
  const gathering = new Map<string, { timer: NodeJS.Timeout; say: boolean }>();
  const lastTold = new Map<string, string>();
  let round = 0;
  let repeatedAt = steady();

  const of = <V>(map: Map<string, Map<string, V>>, organisationId: string): Map<string, V> => {
    const found = map.get(organisationId) ?? new Map<string, V>();
    map.set(organisationId, found);
    return found;
  };

  const list = (organisationId: string): PresenceList => {
    const present = [
      ...[...(own.get(organisationId)?.values() ?? [])].map((one) => one.present),
      ...[...(others.get(organisationId)?.values() ?? [])].flatMap((other) => other.present),
    ];
    const shift = clock.now() - steady();
    return presenceList(present, (at) => new Date(Math.round(at + shift)).toISOString());
  };

  /** Tells the other processes everything that this one knows of an organisation. */
  const sayOut = (organisationId: string): void => {
    const now = steady();
    const parts: Told[][] = [[]];
    let bytes = 0;
    for (const { present } of own.get(organisationId)?.values() ?? []) {
      const { saidAt, sinceAt, ...rest } = present;
      const told: Told = { ...rest, saidAgo: now - saidAt, sinceAgo: now - sinceAt };
      const size = Buffer.byteLength(JSON.stringify(told)) + 1;
      if (bytes + size > PART_BYTES && bytes > 0) {
        parts.push([]);
        bytes = 0;
      }
      parts.at(-1)?.push(told);
      bytes += size;
    }
    round += 1;
    parts.forEach((entries, part) => store.say(TOPIC, { process, organisationId, round, part, parts: parts.length, entries } satisfies z.infer<typeof Word>));
  };

  const flush = (organisationId: string): void => {
    const gathered = gathering.get(organisationId);
    gathering.delete(organisationId);
    if (gathered?.say) sayOut(organisationId);
    const next = list(organisationId);
    // When a state began is no news by itself; the clock may have been corrected under it.
    const key = JSON.stringify([next.total, next.entries.map(({ since: _since, ...entry }) => entry)]);
    if (lastTold.get(organisationId) === key) return;
    if (next.total === 0) lastTold.delete(organisationId);
    else lastTold.set(organisationId, key);
    tell(organisationId, next);
  };

  const changed = (organisationId: string, mine: boolean): void => {
    const known = gathering.get(organisationId);
    if (known) {
      known.say ||= mine;
      return;
    }
    const size = (own.get(organisationId)?.size ?? 0) + [...(others.get(organisationId)?.values() ?? [])].reduce((sum, other) => sum + other.present.length, 0);
    const timer = setTimeout(() => flush(organisationId), size > LARGE ? GATHER_LARGE_MS : GATHER_MS);
    timer.unref();
    gathering.set(organisationId, { timer, say: mine });
  };

  const take = (line: object, device: Device, place: PresenceSay): void => {
    const { organisationId } = device;
    const now = steady();
    const key = `${device.id} ${place.page}`;
    const mine = of(own, organisationId);
    const known = mine.get(key)?.present;
    const present: Present = {
      ...place,
      deviceId: device.id,
      device: device.name,
      kind: device.kind,
      role: device.role,
      person: device.person ?? null,
      saidAt: now,
      sinceAt: known?.state === place.state ? known.sinceAt : now,
    };
    mine.set(key, { device, present, line, goneAt: 0 });
    changed(organisationId, true);
  };

  const heard = (body: unknown): void => {
    const word = Word.safeParse(body);
    if (!word.success) return log.warn({ issues: word.error.issues.slice(0, 3) }, 'what another process said of who is present is not understood');
    const { process: from, organisationId, round: theirs, part, parts, entries } = word.data;
    if (from === process) return;
    const now = steady();
    const known = others.get(organisationId)?.get(from);
    if (known && theirs < known.round) return;
    const waiting = known?.waiting.round === theirs ? known.waiting : { round: theirs, parts: new Map<number, readonly Present[]>() };
    waiting.parts.set(part, entries.map(({ saidAgo, sinceAgo, ...rest }) => ({ ...rest, saidAt: now - saidAgo, sinceAt: now - sinceAgo })));
    const whole = waiting.parts.size === parts;
    of(others, organisationId).set(from, {
      heardAt: whole || !known ? now : known.heardAt,
      round: whole ? theirs : (known?.round ?? 0),
      present: whole ? [...waiting.parts.values()].flat() : (known?.present ?? []),
      waiting,
    });
    if (whole) changed(organisationId, false);
  };
  const unsubscribe = store.onSaid(TOPIC, heard);

  const sweep = (): void => {
    const now = steady();
    for (const [organisationId, mine] of own) {
      for (const [key, one] of mine) {
        if (one.line !== null || now < one.goneAt) continue;
        mine.delete(key);
        changed(organisationId, true);
      }
      if (mine.size === 0) own.delete(organisationId);
    }
    for (const [organisationId, processes] of others) {
      for (const [from, other] of processes) {
        if (now - other.heardAt < FORGET_MS) continue;
        processes.delete(from);
        changed(organisationId, false);
      }
      if (processes.size === 0) others.delete(organisationId);
    }
    if (now - repeatedAt < REPEAT_MS) return;
    repeatedAt = now;
    for (const organisationId of own.keys()) sayOut(organisationId);
  };
  const sweeping = setInterval(sweep, SWEEP_MS);
  sweeping.unref();

  return {
    list,
    line(device) {
      const self = {};
      let complained = false;
      let page: string | null = null;
      let tookAt = -PACE_MS;
      let waiting: PresenceSay | null = null;
      let timer: NodeJS.Timeout | null = null;
      const believe = (place: PresenceSay): void => {
        tookAt = steady();
        // One line is one page; a line that says it is another one has become it.
        if (page !== null && page !== place.page) own.get(device.organisationId)?.delete(`${device.id} ${page}`);
        page = place.page;
        take(self, device, place);
      };
      return {
        say(said) {
          const parsed = PresenceSay.safeParse(said);
          if (!parsed.success) {
            if (!complained) log.warn({ deviceId: device.id, issues: parsed.error.issues.slice(0, 3) }, 'where a client is was not understood');
            complained = true;
            return;
          }
          const place = parsed.data;
          const wait = tookAt + PACE_MS - steady();
          if (wait <= 0 && !timer) return believe(place);
          waiting = place;
          timer ??= setTimeout(() => {
            timer = null;
            if (waiting) believe(waiting);
            waiting = null;
          }, Math.max(0, wait));
        },
        gone(mayComeBack) {
          if (timer) clearTimeout(timer);
          timer = null;
          if (page === null) return;
          const key = `${device.id} ${page}`;
          const known = own.get(device.organisationId)?.get(key);
          // Its page may speak by a newer line already.
          if (known?.line !== self) return;
          known.line = null;
          known.goneAt = steady() + (mayComeBack ? GRACE_MS : 0);
          if (mayComeBack) return;
          own.get(device.organisationId)?.delete(key);
          changed(device.organisationId, true);
        },
      };
    },
    stop() {
      // Nothing is said: these people are about to come back to another process, where they replace themselves.
      unsubscribe();
      clearInterval(sweeping);
      for (const { timer } of gathering.values()) clearTimeout(timer);
      gathering.clear();
    },
  };
}
