import { describe, expect, it } from 'vitest';
import { codedError, type CodedError } from '../../../../../core/contract/errors.ts';
import { createEmbeddedServer, READY_BOUND_MS, RESTARTS, restartDelay, STEADY_MS, STOP_BOUND_MS, type ServerProcess } from '../../../../../main/services/server/embedded.ts';
import type { ServerOrder } from '../../../../../main/services/server/messages.ts';
import { handClock, keptLog, settle } from '../../support/fakes.ts';

interface Fake extends ServerProcess {
  readonly orders: ServerOrder[];
  killed: number;
  say(message: unknown): void;
  exit(code: number): void;
}

function fakeProcess(): Fake {
  let onMessage: (message: unknown) => void = () => undefined;
  let onExit: (code: number) => void = () => undefined;
  const fake: Fake = {
    pid: 1,
    orders: [],
    killed: 0,
    post: (order) => void fake.orders.push(order),
    onMessage: (listener) => void (onMessage = listener),
    onExit: (listener) => void (onExit = listener),
    kill: () => void (fake.killed += 1),
    say: (message) => onMessage(message),
    exit: (code) => onExit(code),
  };
  return fake;
}

function make() {
  const clock = handClock();
  const processes: Fake[] = [];
  const told: unknown[] = [];
  const failed: CodedError[] = [];
  const server = createEmbeddedServer({
    fork: () => {
      const process = fakeProcess();
      processes.push(process);
      return process;
    },
    clock,
    timers: clock.timers,
    log: keptLog(),
    onReady: (ready) => told.push(ready),
    onLost: () => told.push('lost'),
    onFailed: (error) => failed.push(error),
  });
  const last = (): Fake => {
    const process = processes.at(-1);
    if (!process) throw new Error('no process was started');
    return process;
  };
  return { clock, processes, told, failed, server, last };
}
const READY = { type: 'ready', url: 'http://127.0.0.1:4999/', ticket: 'ticket-1', organisationId: null };

describe('the embedded server', () => {
  it('says where it listens; what is not understood is passed over', () => {
    const { server, told, last } = make();
    server.start();
    last().say({ type: 'hello' });
    last().say(null);
    last().say(READY);
    expect(told).toEqual([{ url: 'http://127.0.0.1:4999', ticket: 'ticket-1', founding: null }]);
  });

  it('starts again with growing pauses and gives up after a bounded number', () => {
    const { server, processes, told, failed, last, clock } = make();
    server.start();
    for (let n = 1; n <= RESTARTS; n += 1) {
      last().exit(139);
      expect(processes).toHaveLength(n);
      clock.advance(restartDelay(n) - 1);
      expect(processes).toHaveLength(n);
      clock.advance(1);
      expect(processes).toHaveLength(n + 1);
    }
    expect(failed).toEqual([]);
    last().exit(139);
    clock.advance(60_000);
    expect(processes).toHaveLength(RESTARTS + 1);
    expect(failed).toMatchObject([{ code: 'server.start_failed' }]);
    expect(told).toEqual(Array(RESTARTS).fill('lost'));
  });

  it('forgets old deaths after a steady minute', () => {
    const { server, processes, last, clock, failed } = make();
    server.start();
    for (let n = 0; n < RESTARTS * 2; n += 1) {
      last().say(READY);
      clock.advance(STEADY_MS);
      last().exit(1);
      clock.advance(restartDelay(1));
    }
    expect(failed).toEqual([]);
    expect(processes).toHaveLength(RESTARTS * 2 + 1);
  });

  it('goes on trying what may pass, like a full disk', () => {
    const { server, processes, last, clock, failed } = make();
    server.start();
    for (let n = 1; n <= RESTARTS * 3; n += 1) {
      last().say({ type: 'failed', error: codedError('store.disk_full', 'no space is left', true) });
      last().exit(1);
      clock.advance(restartDelay(n));
    }
    expect(failed).toEqual([]);
    expect(processes).toHaveLength(RESTARTS * 3 + 1);
  });

  it('does not try again what cannot get better by itself', () => {
    const { server, processes, last, clock, failed } = make();
    server.start();
    const error = codedError('store.corrupt', 'the database cannot be opened');
    last().say({ type: 'failed', error });
    last().exit(1);
    clock.advance(60_000);
    expect(processes).toHaveLength(1);
    expect(failed).toEqual([error]);
  });

  it('ends one that never comes up', () => {
    const { server, last, clock } = make();
    server.start();
    clock.advance(READY_BOUND_MS);
    expect(last().killed).toBe(1);
  });

  it('stops when asked and does not start again', async () => {
    const { server, processes, last, clock, told } = make();
    server.start();
    last().say(READY);
    const stopped = server.stop();
    expect(last().orders).toEqual([{ type: 'stop' }]);
    last().exit(0);
    await stopped;
    clock.advance(60_000);
    expect(processes).toHaveLength(1);
    expect(last().killed).toBe(0);
    expect(told).not.toContain('lost');
  });

  it('is ended when it does not stop in time', async () => {
    const { server, last, clock } = make();
    server.start();
    const stopped = server.stop();
    clock.advance(STOP_BOUND_MS);
    expect(last().killed).toBe(1);
    last().exit(137);
    await stopped;
  });

  it('cancels a start that is due when it is stopped', async () => {
    const { server, processes, last, clock } = make();
    server.start();
    last().exit(1);
    await server.stop();
    clock.advance(60_000);
    expect(processes).toHaveLength(1);
  });

  it('gives fresh tickets; none when it dies or does not answer', async () => {
    const { server, last, clock } = make();
    expect(await server.ticket()).toBeNull();
    server.start();
    const one = server.ticket();
    expect(last().orders).toEqual([{ type: 'ticket' }]);
    last().say({ type: 'ticket', ticket: 'ticket-2' });
    expect(await one).toBe('ticket-2');
    const two = server.ticket();
    clock.advance(10_000);
    expect(await two).toBeNull();
    const three = server.ticket();
    last().exit(1);
    expect(await three).toBeNull();
    await settle();
  });
});
