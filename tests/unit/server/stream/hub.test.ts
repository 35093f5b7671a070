import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamFrame } from '../../../../core/contract/stream.ts';
import { createLog } from '../../../../server/log.ts';
import { systemClock } from '../../../../server/ports.ts';
import { createHub, type Hub } from '../../../../server/stream/hub.ts';
import { contactCreated } from '../../../support/log.ts';
import { memoryStore, type MemoryStore } from '../../../support/memoryStore.ts';
import { until } from '../../../support/serverApp.ts';

let store: MemoryStore;
let organisationId: string;
let hub: Hub;
let sent: StreamFrame[];
const log = createLog('silent', new Writable({ write: (_chunk, _encoding, done) => done() }));
const grow = (count: number, tell = true) => store.commit(organisationId, Array.from({ length: count }, () => contactCreated(null)), { tell });
const seqs = () => sent.flatMap((frame) => frame.events.map((event) => event.seq));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

beforeEach(() => {
  store = memoryStore();
  organisationId = store.addOrganisation().id;
  sent = [];
  hub = createHub({ store, clock: systemClock, log, send: (_organisation, frame) => void sent.push(frame) });
});
afterEach(() => hub.stop());

describe('the hub', () => {
  it('begins at the head, whatever was committed before it was asked', async () => {
    grow(7);
    const feed = await hub.enter(organisationId);
    expect(feed.flushedSeq).toBe(7);
    expect(feed.recent(7)).toEqual([]);
    expect(feed.recent(3)).toBeNull();
    expect(feed.recent(8)).toBeNull();
  });

  it('loses nothing that is committed while it finds the head', async () => {
    store.latencyMs = 30;
    const entering = hub.enter(organisationId);
    grow(3);
    const feed = await entering;
    await hub.reach(feed, 3);
    expect(feed.flushedSeq).toBe(3);
  });

  it('chains its frames, of 500 events at most', async () => {
    const feed = await hub.enter(organisationId);
    grow(1200);
    await until(() => feed.flushedSeq === 1200, 'the flush');
    expect(sent.map((frame) => [frame.after, frame.upTo, frame.events.length])).toEqual([[0, 500, 500], [500, 1000, 500], [1000, 1200, 200]]);
    expect(feed.recent(1000)?.map((frame) => [frame.after, frame.upTo, frame.events.length])).toEqual([[1000, 1200, 200]]);
  });

  it('sends nothing, and holds no timer, while nothing happens or nobody listens', async () => {
    const feed = await hub.enter(organisationId);
    hub.leave(feed);
    grow(5);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(sent).toEqual([]);
    expect([...hub.feeds()]).toEqual([]);
    expect((await hub.enter(organisationId)).flushedSeq).toBe(5);
  });

  it('fills a gap from the store, in order and once', async () => {
    const feed = await hub.enter(organisationId);
    grow(1);
    grow(1300, false);
    grow(2);
    grow(2);
    await until(() => feed.flushedSeq === 1305, 'everything');
    expect(seqs()).toEqual(range(1, 1305));
  });

  it('keeps the last events at hand and forgets older ones', async () => {
    const feed = await hub.enter(organisationId);
    for (let i = 0; i < 12; i += 1) grow(500);
    await hub.reach(feed, 6000);
    expect(feed.recent(5000)).toBeNull();
    expect(feed.recent(5800)?.flatMap((frame) => frame.events.map((event) => event.seq))).toEqual(range(5801, 6000));
  });

  it('that everyone has left says nothing more, even when it was reading', async () => {
    const first = await hub.enter(organisationId);
    store.latencyMs = 40;
    grow(3, false);
    grow(1);
    hub.leave(first);
    const second = await hub.enter(organisationId);
    expect(second).not.toBe(first);
    expect(second.flushedSeq).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(sent).toEqual([]);
    grow(1);
    await until(() => second.flushedSeq === 5, 'the next event');
    expect(sent.map((frame) => [frame.after, frame.upTo])).toEqual([[4, 5]]);
  });

  it('recovers from a store that fails while it reads a gap', async () => {
    const feed = await hub.enter(organisationId);
    store.down = true;
    grow(3, false);
    grow(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toEqual([]);
    await expect(hub.check()).rejects.toThrow();
    store.down = false;
    await hub.check();
    await until(() => feed.flushedSeq === 4, 'the recovery');
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  it('lets the next one in after a first that failed', async () => {
    store.down = true;
    await expect(hub.enter(organisationId)).rejects.toThrow();
    store.down = false;
    grow(2);
    expect((await hub.enter(organisationId)).flushedSeq).toBe(2);
  });

  it('sends what is gathered when it stops', async () => {
    await hub.enter(organisationId);
    grow(2);
    hub.stop();
    expect(seqs()).toEqual([1, 2]);
    grow(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seqs()).toEqual([1, 2]);
  });
});
