import { expect } from 'vitest';
import { SILENCE_LIMIT_MS, type LinkStatus } from '../../../../core/contract/stream.ts';
import { applyEvents, fromSnapshot, type RecordState } from '../../../../core/domain/record/state.ts';
import { createLink, type Link } from '../../../../core/link/link.ts';
import { RETRY_CAP_MS, RETRY_NO_NETWORK_MS, RETRY_REFUSED_MS } from '../../../../core/link/machine.ts';
import { keptLog } from '../../main/support/fakes.ts';
import { expectSame, PlayedLine, type PlayedServer, type Scope, type Time, type Weather } from './world.ts';

interface World {
  readonly time: Time;
  readonly weather: Weather;
  readonly chance: () => number;
  readonly server: PlayedServer;
}

/** A host with its link: what it holds, what it keeps for the next start, and all that a host can do to a link. */
export class PlayedClient {
  readonly scope: Scope;
  held: RecordState | null = null;
  token: string;
  online = true;
  asleep = false;
  started = true;
  clockOff = 0;
  line: PlayedLine | null = null;
  status: LinkStatus;
  link: Link;
  private frozen = false;
  /** After several gaps the link asks for all of it again, from no place; what is held stays on the screen until it comes. */
  private fromNothing = false;
  private waiting: (() => void)[] = [];
  /** A host saves now and then: an older place, with what was held there. */
  private kept: RecordState | null = null;
  private timers = new Set<number>();
  /** The place last said on this line. */
  private said: string | null = null;
  private readonly world: World;
  private readonly name: string;

  constructor(world: World, name: string, scope: Scope) {
    this.world = world;
    this.name = name;
    this.scope = scope;
    this.token = `${name}-1`;
    world.server.tokens.add(this.token);
    this.link = this.make();
    this.status = this.link.status();
    this.link.start();
  }

  private now = (): number => this.world.time.now + this.clockOff + Date.parse('2026-11-20T12:00:00.000Z');
  /** What comes from outside waits while the process stands still. */
  private reach = (run: () => void): void => {
    if (this.frozen) this.waiting.push(run);
    else run();
  };

  private make(): Link {
    const { time, server, chance } = this.world;
    const timers = new Set<number>();
    this.timers = timers;
    let count = 0;
    const running = new Map<number, number>();
    return createLink({
      clock: { now: this.now },
      random: { next: chance },
      log: keptLog(),
      client: { app: 'played', version: '1', kind: 'desktop' },
      page: this.name,
      cursor: this.held ? { epoch: this.held.epoch, seq: this.held.seq } : null,
      token: () => Promise.resolve(this.token),
      timers: {
        after: (ms, callback) => {
          const id = (count += 1);
          running.set(id, ms);
          timers.add(ms);
          let off = false;
          const end = (): void => {
            off = true;
            running.delete(id);
            timers.clear();
            for (const other of running.values()) timers.add(other);
            expect(running.size, 'timers at once').toBeLessThanOrEqual(1);
          };
          const cancel = time.after(ms, () => this.reach(() => {
            if (off) return;
            end();
            callback();
          }));
          return () => {
            cancel();
            if (!off) end();
          };
        },
      },
      transport: {
        open: (hello, handlers) => {
          const line = new PlayedLine(this.world, handlers, this.reach, (of, told, epoch) => {
            if (epoch !== null) of.epoch = epoch;
            // A head without a welcome is the head of nobody knows which log.
            if (of.epoch !== null) of.told = Math.max(of.told, told);
            of.heardAt = time.now;
          });
          this.line = line;
          this.said = null;
          if (!this.world.weather.swallows && this.online) time.after(10, () => server.accept(line, hello, this.scope));
          else if (!this.online) line.down('transport_lost');
          return {
            close: () => server.leave(line),
            present: ({ view }) => {
              expect(this.link.status().state, 'a place is said only while live').toBe('live');
              expect(this.said, 'a place is said once for each line').not.toBe(view);
              this.said = view;
            },
          };
        },
      },
      onSnapshot: (snapshot) => {
        expect(this.line?.replaced, 'one snapshot on a line').toBe(false);
        if (this.line) this.line.replaced = true;
        this.fromNothing = false;
        this.kept = this.held;
        this.held = fromSnapshot(snapshot);
        this.check();
      },
      onFrame: (frame) => {
        expect(this.held, 'a frame on nothing').not.toBeNull();
        if (!this.held) return;
        expect(this.fromNothing, 'a frame where all of it was asked for').toBe(false);
        expect(frame.after, 'a hole').toBeLessThanOrEqual(this.held.seq);
        expect(frame.upTo, 'twice').toBeGreaterThan(this.held.seq);
        expect(this.line?.epoch, 'another epoch on top').toBe(this.held.epoch);
        this.kept = this.held;
        this.held = applyEvents(this.held, frame.events, frame.upTo, frame.removed);
        this.check();
      },
      onStatus: (status) => {
        const before = this.status;
        this.status = status;
        if (status.reason === 'gap' && status.seq === 0 && (this.held?.seq ?? 0) > 0) this.fromNothing = true;
        if (status.confirmedAt !== before.confirmedAt && status.confirmedAt !== null) {
          expect(status.state, 'confirmed only when current').toBe('live');
          expect(Date.parse(status.confirmedAt), 'the age begins now').toBe(this.now());
        }
        if (status.state !== before.state) expect(Date.parse(status.since), 'since').toBe(this.now());
      },
    });
  }

  private check(): void {
    const log = this.held && this.world.server.logs.get(this.held.epoch);
    expect(log, 'an epoch that never was').toBeTruthy();
    if (this.held && log) expectSame(this.held, log, this.scope);
  }

  /** The invariants of SPEC.md, after any step of the world. */
  invariants(): void {
    const { state, retryAt, reason, seq } = this.status;
    const running = [...this.timers];
    expect(this.fromNothing ? 0 : (this.held?.seq ?? 0), 'the place told is the place held').toBe(seq);
    if (state === 'live') {
      expect(this.held?.epoch, 'live on another log').toBe(this.line?.epoch);
      expect(seq, 'live behind a head that was told').toBeGreaterThanOrEqual(this.line?.told ?? 0);
    }
    if (state === 'connecting' || state === 'catching_up' || state === 'live') {
      expect(running, 'one silence timer').toEqual([SILENCE_LIMIT_MS]);
      if (!this.frozen) expect(this.world.time.now - (this.line?.heardAt ?? 0), 'a dead line is found in ten seconds').toBeLessThanOrEqual(10_000);
    } else if (!this.started || this.asleep) {
      expect(running, 'no timer').toEqual([]);
      expect(state).toBe('offline');
    } else {
      expect(running.length, 'one retry timer').toBe(1);
      expect(retryAt).not.toBeNull();
      const most = state === 'refused' ? RETRY_REFUSED_MS : Math.max(RETRY_CAP_MS, this.online ? 0 : RETRY_NO_NETWORK_MS, reason === 'network_gone' ? RETRY_NO_NETWORK_MS : 0);
      expect(running[0], 'no haste').toBeGreaterThanOrEqual(100);
      expect(running[0], 'no dawdling').toBeLessThanOrEqual(most);
    }
  }

  get isFrozen(): boolean {
    return this.frozen;
  }
  /** The process stands still; what arrives waits. */
  freeze(): void {
    this.frozen = true;
  }
  thaw(): void {
    this.frozen = false;
    for (const run of this.waiting.splice(0)) run();
  }
  sleep(): void {
    if (this.asleep) return;
    if (this.started) this.asleep = true;
    this.link.suspended();
    if (this.line) this.world.server.leave(this.line);
  }
  wake(): void {
    this.asleep = false;
    this.link.resumed();
  }
  retry(): void {
    if (this.started) this.asleep = false;
    this.link.retryNow();
  }
  stop(): void {
    this.started = false;
    this.asleep = false;
    this.link.stop();
  }
  start(): void {
    this.started = true;
    this.link.start();
  }
  network(online: boolean): void {
    this.online = online;
    if (!online && this.line) {
      this.world.server.leave(this.line);
      this.line.dead = true;
    }
    this.link.networkChanged(online);
  }
  renew(): void {
    this.token = `${this.token}+`;
    this.world.server.tokens.add(this.token);
  }
  /** `kill -9` and a new start, on what was kept at its last save. */
  crash(): void {
    const { link } = this;
    this.waiting = [];
    this.frozen = false;
    this.asleep = false;
    this.started = true;
    // A dead process's timers and lines do nothing any more; stopping its link plays that.
    link.stop();
    this.fromNothing = false;
    this.held = this.kept;
    this.link = this.make();
    this.status = this.link.status();
    this.link.start();
    if (!this.online) this.link.networkChanged(false);
  }
  present(view: 'day' | 'settings'): void {
    this.link.present({ view, weddingId: null, state: 'here' });
  }
}
