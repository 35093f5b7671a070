import { expect } from 'vitest';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import { PROTOCOL_VERSION, type CloseReason, type StreamFrame, type StreamHello, type StreamSnapshot } from '../../../../core/contract/stream.ts';
import { emptyTables, toSnapshot, type RecordState } from '../../../../core/domain/record/state.ts';
import type { TransportHandlers } from '../../../../core/link/link.ts';
import { alert, alertRaised, AT } from '../../../support/builders.ts';

/** A played world for the link: time, a server with its log, and lines that misbehave. No real timer, no real chance. */

export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** True time, in milliseconds; what is due at the same moment happens in the order of asking. */
export class Time {
  now = 0;
  private waiting: { due: number; run: () => void }[] = [];

  /** A turn of the event loop comes after everything that hangs on promises, however deep. */
  private settled(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
  }

  after(ms: number, run: () => void): () => void {
    const entry = { due: Math.round(this.now + ms), run };
    const at = this.waiting.findIndex(({ due }) => due > entry.due);
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, entry);
    return () => {
      const found = this.waiting.indexOf(entry);
      if (found >= 0) this.waiting.splice(found, 1);
    };
  }

  /** Lets `ms` pass, and calls `check` after everything that happens. */
  async pass(ms: number, check: () => void): Promise<void> {
    const end = this.now + ms;
    await this.settled();
    for (let next = this.waiting[0]; next && next.due <= end; next = this.waiting[0]) {
      this.waiting.shift();
      this.now = next.due;
      next.run();
      await this.settled();
      check();
    }
    this.now = end;
  }
}

export type Scope = 'all' | 'a';
interface Fact {
  readonly event: RecordedEvent;
  readonly place: 'a' | 'b';
  /** Where its row was before. */
  readonly was: 'a' | 'b' | null;
}
export interface PlayedLog {
  readonly epoch: string;
  readonly facts: Fact[];
}

const ROWS = 4;
const organisation = { id: '01900000-0000-7000-8000-00000000ffff', name: 'Harrow House', zone: 'Europe/London', currency: 'GBP', demo: false };
const rowId = (row: number): string => `01900000-0000-7000-8000-00000000a00${row}`;
const seen = (fact: Fact, scope: Scope): boolean => scope === 'all' || fact.place === 'a';

/** What a client of this scope must hold at `seq`. */
export function viewAt(log: PlayedLog, seq: number, scope: Scope): RecordState {
  const alerts: RecordState['tables']['alerts'] = {};
  const latest = new Map<string, Fact>();
  for (const fact of log.facts.slice(0, seq)) latest.set(fact.event.row.id, fact);
  for (const [id, fact] of latest) if (seen(fact, scope) && fact.event.collection === 'alerts') Object.assign(alerts, { [id]: fact.event.row });
  return { epoch: log.epoch, seq, organisation, tables: { ...emptyTables(), alerts } };
}

function frameOf(log: PlayedLog, after: number, upTo: number, scope: Scope): StreamFrame {
  const part = log.facts.slice(after, upTo);
  const removed = part.filter((fact) => !seen(fact, scope) && fact.was === 'a').map(({ event }) => ({ collection: 'alerts' as const, id: event.row.id, seq: event.seq }));
  return { after, upTo, committedAt: AT, events: part.filter((fact) => seen(fact, scope)).map(({ event }) => event), ...(removed.length > 0 ? { removed } : {}) };
}

/** How lines behave now. */
export interface Weather {
  slow: boolean;
  reorders: boolean;
  doubles: boolean;
  /** New lines are swallowed: neither an answer nor a refusal. */
  swallows: boolean;
}

/** One line as the server and the network see it. */
export class PlayedLine {
  dead = false;
  epoch: string | null = null;
  /** Its snapshot has been taken. */
  replaced = false;
  /** The highest head that has reached the client on it. */
  told = 0;
  /** True time. */
  heardAt: number;
  private lastDue = 0;
  private readonly world: { time: Time; weather: Weather; chance: () => number };
  private readonly handlers: TransportHandlers;
  private readonly reach: (run: () => void) => void;
  private readonly note: (line: PlayedLine, told: number, epoch: string | null) => void;

  constructor(world: { time: Time; weather: Weather; chance: () => number }, handlers: TransportHandlers, reach: (run: () => void) => void, note: (line: PlayedLine, told: number, epoch: string | null) => void) {
    this.world = world;
    this.handlers = handlers;
    this.reach = reach;
    this.note = note;
    this.heardAt = world.time.now;
  }

  /** Under way even when the client has closed the line meanwhile: what is late must do no harm. */
  private send(give: () => void): void {
    if (this.dead) return;
    const { time, weather, chance } = this.world;
    const latency = weather.slow ? 200 + chance() * 300 : 5 + chance() * 40;
    const due = Math.max(Math.round(time.now + latency), weather.reorders && chance() < 0.2 ? 0 : this.lastDue);
    this.lastDue = Math.max(this.lastDue, due);
    const deliver = (): void => this.reach(give);
    time.after(due - time.now, deliver);
    if (weather.doubles && chance() < 0.25) time.after(due - time.now + Math.round(chance() * 500), deliver);
  }

  welcome(epoch: string, headSeq: number, mode: 'resume' | 'snapshot'): void {
    this.send(() => {
      // One that comes twice says nothing new, but that somebody is there.
      this.note(this, headSeq, this.epoch === null ? epoch : null);
      this.handlers.welcome({ protocol: PROTOCOL_VERSION, epoch, headSeq, mode, serverTime: AT });
    });
  }
  snapshot(snapshot: StreamSnapshot): void {
    this.send(() => {
      this.note(this, snapshot.seq, null);
      this.handlers.snapshot(snapshot);
    });
  }
  frame(frame: StreamFrame): void {
    this.send(() => {
      this.note(this, frame.upTo, null);
      this.handlers.frame(frame);
    });
  }
  heartbeat(headSeq: number): void {
    this.send(() => {
      this.note(this, headSeq, null);
      this.handlers.heartbeat({ headSeq, serverTime: AT });
    });
  }
  down(reason: CloseReason): void {
    this.send(() => this.handlers.down(reason));
    this.dead = true;
  }
}

const HEARTBEAT = 4_000;
const BATCH = 3;
/** So much is sent again; whoever is further behind gets a snapshot. */
export const REPLAY_LIMIT = 12;

interface Connected {
  readonly line: PlayedLine;
  readonly scope: Scope;
  /** Null while its snapshot is being made. */
  sent: number | null;
}

/** A server as SPEC.md assumes it, with the faults of an operator's day. */
export class PlayedServer {
  up = true;
  /** What it speaks; the client speaks the present one. */
  protocol: number = PROTOCOL_VERSION;
  log: PlayedLog = { epoch: 'e1', facts: [] };
  readonly logs = new Map<string, PlayedLog>([['e1', this.log]]);
  readonly tokens = new Set<string>();
  readonly revoked = new Set<string>();
  private connected: Connected[] = [];
  private flushing = false;
  private readonly time: Time;
  private readonly chance: () => number;

  constructor(time: Time, chance: () => number) {
    this.time = time;
    this.chance = chance;
    const beat = (): void => {
      this.beat();
      time.after(HEARTBEAT, beat);
    };
    time.after(HEARTBEAT, beat);
  }

  beat(): void {
    if (this.up) for (const { line } of this.connected) line.heartbeat(this.head);
  }
  get head(): number {
    return this.log.facts.length;
  }

  append(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const seq = this.head + 1;
      const id = rowId(Math.floor(this.chance() * ROWS));
      const place = this.chance() < 0.5 ? 'a' : 'b';
      const was = this.log.facts.findLast(({ event }) => event.row.id === id)?.place ?? null;
      this.log.facts.push({ place, was, event: alertRaised(alert({ id, seq, title: `${this.log.epoch}/${seq}` })) });
    }
    if (this.flushing || !this.up) return;
    this.flushing = true;
    this.time.after(15, () => {
      this.flushing = false;
      for (const one of this.connected) this.catchUp(one);
    });
  }

  private catchUp(one: Connected): void {
    if (!this.up || one.sent === null) return;
    while (one.sent < this.head) {
      const upTo = Math.min(this.head, one.sent + BATCH);
      one.line.frame(frameOf(this.log, one.sent, upTo, one.scope));
      one.sent = upTo;
    }
  }

  accept(line: PlayedLine, hello: StreamHello, scope: Scope): void {
    if (!this.up) return line.down('transport_lost');
    if (hello.protocol !== this.protocol) return line.down(hello.protocol < this.protocol ? 'protocol_too_old' : 'protocol_too_new');
    if (hello.token === undefined) return line.down('auth_missing');
    if (this.revoked.has(hello.token)) return line.down('auth_revoked');
    if (!this.tokens.has(hello.token)) return line.down('auth_invalid');
    const { cursor } = hello;
    const resumes = cursor !== null && cursor.epoch === this.log.epoch && cursor.seq <= this.head && this.head - cursor.seq <= REPLAY_LIMIT;
    const one: Connected = { line, scope, sent: resumes ? cursor.seq : null };
    this.connected.push(one);
    line.welcome(this.log.epoch, this.head, resumes ? 'resume' : 'snapshot');
    // The common beat falls anywhere, also before what the welcome has announced.
    if (this.chance() < 0.2) line.heartbeat(this.head);
    if (resumes) return this.catchUp(one);
    // A large record takes its time; heartbeats go on meanwhile.
    this.time.after(this.chance() < 0.2 ? 400 : 5, () => {
      if (!this.connected.includes(one)) return;
      one.sent = this.head;
      line.snapshot(toSnapshot(viewAt(this.log, this.head, scope), AT));
    });
  }

  /** Whether this line still has both its ends. */
  serves(line: PlayedLine): boolean {
    return !line.dead && this.connected.some((one) => one.line === line);
  }
  leave(line: PlayedLine): void {
    this.connected = this.connected.filter((one) => one.line !== line);
  }
  /** Says why, then closes. */
  bye(reason: CloseReason, which: (line: PlayedLine) => boolean = () => true): void {
    for (const { line } of this.connected.filter((one) => which(one.line))) {
      line.down(reason);
      this.leave(line);
    }
  }
  /** Ends without a word when `reason` is null: lines stay half open until somebody notices. */
  halt(reason: CloseReason | null): void {
    if (reason) this.bye(reason);
    for (const { line } of this.connected) line.dead = true;
    this.connected = [];
    this.up = false;
  }
  /** A backup is taken back: what came after it never was, and what follows is another log. */
  restore(lose: number): void {
    this.log = { epoch: `e${this.logs.size + 1}`, facts: this.log.facts.slice(0, Math.max(0, this.head - lose)) };
    this.logs.set(this.log.epoch, this.log);
  }
}

/** Both hold the same rows. */
export function expectSame(held: RecordState, log: PlayedLog, scope: Scope): void {
  const titles = (state: RecordState): string => Object.values(state.tables.alerts).map((row) => `${row.id} ${row.title}`).sort().join('\n');
  if (titles(held) !== titles(viewAt(log, held.seq, scope))) expect({ seq: held.seq, rows: titles(held) }).toEqual({ seq: held.seq, rows: titles(viewAt(log, held.seq, scope)) });
}
