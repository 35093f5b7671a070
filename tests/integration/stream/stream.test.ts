import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../../core/contract/stream.ts';
import { SESSION_COOKIE } from '../../../core/contract/http.ts';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { snapshotOfWedding } from '../../../server/stream/rooms.ts';
import { alertUpdated, contactCreated, contactDeleted, weddingCreated } from '../../support/log.ts';
import { memoryStore, type MemoryStore } from '../../support/memoryStore.ts';
import { connect, first, testApp, until, type TestApp } from '../../support/serverApp.ts';
import { StrictClient } from '../../support/streamClient.ts';

const ids = createIds();
let store: MemoryStore;
let test: TestApp;
let url: string;
let organisationId: string;
let token: string;
let deviceId: string;
const clients: StrictClient[] = [];

const enrol = async (organisation: string) => {
  const enrolled = await store.enrol(await store.mintTicket(organisation), { name: 'Desk', kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return { token: enrolled.value.token, deviceId: enrolled.value.device.id };
};
const client = (hello: Record<string, unknown> = { token }) => {
  const made = new StrictClient(url, hello);
  clients.push(made);
  return made;
};
const grow = (count: number, weddingId: string | null = null) => store.commit(organisationId, Array.from({ length: count }, () => contactCreated(weddingId)));
const head = () => store.headSeq(organisationId);

beforeEach(async () => {
  store = memoryStore();
  organisationId = store.addOrganisation().id;
  ({ token, deviceId } = await enrol(organisationId));
  // A tenth of the real beat, so that what waits for one or four of them does not take long.
  test = testApp(store, { heartbeatMs: 400 });
  url = await test.listen();
});
afterEach(async () => {
  for (const made of clients.splice(0)) made.close();
  await test.app.close();
});

describe('before the connection opens', () => {
  const hello = { protocol: PROTOCOL_VERSION, client: { app: 'test', version: '1', kind: 'tool' }, cursor: null };
  const cases: [name: string, auth: Record<string, unknown>, headers: Record<string, string>, reason: string][] = [
    ['nobody', {}, {}, 'auth_missing'],
    ['a wrong token', { token: 'x'.repeat(43) }, {}, 'auth_invalid'],
    ['an empty token', { token: '' }, {}, 'auth_invalid'],
    ['a newer protocol, whatever else it says', { protocol: PROTOCOL_VERSION + 1, client: 7 }, {}, 'protocol_too_new'],
    ['an older protocol', { protocol: 0 }, {}, 'protocol_too_old'],
    ['a hello without a client', { client: undefined, token: 'x' }, {}, 'hello_invalid'],
    ['a hello without a protocol', { protocol: 'one' }, {}, 'hello_invalid'],
    ['a cursor that is none', { cursor: { epoch: 'e', seq: -1 } }, {}, 'hello_invalid'],
  ];
  it.each(cases)('%s is refused', async (_name, auth, headers, reason) => {
    const socket = connect(url, { ...hello, ...auth }, headers);
    let welcomed = false;
    socket.on('welcome', () => (welcomed = true));
    const error = await first<Error & { data: unknown }>(socket, 'connect_error');
    expect(error.data).toEqual({ reason });
    expect(welcomed).toBe(false);
    socket.disconnect();
  });

  it("takes a browser's cookie from our own page only", async () => {
    const cookie = { cookie: `${SESSION_COOKIE}=${token}` };
    const foreign = connect(url, hello, { ...cookie, origin: 'https://evil.example' });
    expect((await first<Error & { data: unknown }>(foreign, 'connect_error')).data).toEqual({ reason: 'forbidden' });
    foreign.disconnect();
    const silent = connect(url, hello, cookie);
    expect((await first<Error & { data: unknown }>(silent, 'connect_error')).data).toEqual({ reason: 'forbidden' });
    silent.disconnect();
    const own = connect(url, hello, { ...cookie, origin: url });
    await first(own, 'welcome');
    own.disconnect();
  });

  it('refuses a revoked device, and one too many', async () => {
    store.revoke(deviceId);
    expect(await client().open()).toBe('auth_revoked');
    const other = await enrol(organisationId);
    await test.app.close();
    test = testApp(store, { config: { streamConnections: 1 } });
    url = await test.listen();
    expect(await client({ token: other.token }).open()).toBe('open');
    expect(await client({ token: other.token }).open()).toBe('overloaded');
  });

  it('speaks websocket only', async () => {
    const answer = await fetch(`${url}/stream/?EIO=4&transport=polling`);
    expect(answer.status).toBe(404);
  });
});

describe('welcome', () => {
  it('gives a snapshot to whoever holds nothing, comes from another log, or is ahead of this one', async () => {
    grow(10);
    for (const cursor of [null, { epoch: 'another', seq: 3 }, { epoch: store.epoch, seq: 11 }]) {
      const c = client({ token, cursor });
      await c.open();
      await until(() => c.snapshots === 1 && c.seq === 10, 'a snapshot');
      expect(c.welcomes[0]).toMatchObject({ mode: 'snapshot', headSeq: 10, epoch: store.epoch, protocol: PROTOCOL_VERSION });
    }
  });

  it('replays up to 5,000 events in frames of at most 500, and gives a snapshot beyond', async () => {
    const c = client();
    await c.open();
    await until(() => c.snapshots === 1, 'the first snapshot');
    c.close();
    grow(5000);
    await c.open();
    await until(() => c.seq === 5000, 'the replay');
    expect(c.welcomes[1]?.mode).toBe('resume');
    expect(c.snapshots).toBe(1);
    expect(c.faults).toEqual([]);
    expect(c.state?.tables).toEqual(fromSnapshot(await store.snapshot(organisationId)).tables);
    c.close();
    grow(5001);
    await c.open();
    await until(() => c.snapshots === 2 && c.seq === 10_001, 'the second snapshot');
    expect(c.welcomes[2]?.mode).toBe('snapshot');
  });

  it('says nothing more to a client that is current', async () => {
    grow(3);
    const c = client({ token, cursor: { epoch: store.epoch, seq: 3 } });
    await c.open();
    await until(() => c.welcomes.length === 1, 'welcome');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(c.frames).toEqual([]);
    expect(c.snapshots).toBe(0);
  });
});

describe('live', () => {
  it('gathers what is committed together into one frame that follows on', async () => {
    const c = client();
    await c.open();
    await until(() => c.snapshots === 1, 'the snapshot');
    for (let i = 0; i < 20; i += 1) grow(1);
    await until(() => c.seq === 20, 'the events');
    expect(c.frames.length).toBeLessThanOrEqual(3);
    expect(c.faults).toEqual([]);
    grow(1200);
    await until(() => c.seq === 1220, 'the flood');
    expect(c.faults).toEqual([]);
  });

  it('reads from the store what it was not told of', async () => {
    const c = client();
    await c.open();
    await until(() => c.snapshots === 1, 'the snapshot');
    store.commit(organisationId, Array.from({ length: 700 }, () => contactCreated(null)), { tell: false });
    grow(1);
    await until(() => c.seq === 701, 'the missed events');
    expect(c.faults).toEqual([]);
    // Without any later commit, the next comparison with the store finds it.
    store.commit(organisationId, [contactCreated(null)], { tell: false });
    await until(() => c.seq === 702, 'the event that nobody told of');
    expect(c.faults).toEqual([]);
  });

  it('beats, with the position that the rooms were given', async () => {
    grow(4);
    const c = client();
    await c.open();
    await until(() => c.heartbeats.length > 0, 'a heartbeat');
    expect(c.heartbeats[0]?.headSeq).toBe(4);
  });

  it('gives a wedding its own facts only, in a range that still chains', async () => {
    const [a, b] = [ids.next(), ids.next()];
    store.commit(organisationId, [weddingCreated(a), weddingCreated(b), contactCreated(a), contactCreated(b), contactCreated(null)]);
    const whole = client();
    const resumed = client({ token, weddingId: a, cursor: { epoch: store.epoch, seq: 0 } });
    resumed.state = { ...fromSnapshot(snapshotOfWedding(await store.snapshot(organisationId), ids.next())), seq: 0 };
    const fresh = client({ token, weddingId: a });
    for (const c of [whole, resumed, fresh]) await c.open();
    await until(() => [whole, resumed, fresh].every((c) => c.seq === 5), 'everyone at 5');
    store.commit(organisationId, [contactCreated(b), contactCreated(a), contactCreated(null)]);
    store.commit(organisationId, [contactCreated(b)]);
    await until(() => [whole, resumed, fresh].every((c) => c.seq === 9), 'everyone at 9');
    for (const c of [whole, resumed, fresh]) expect(c.faults).toEqual([]);
    const expected = fromSnapshot(snapshotOfWedding(await store.snapshot(organisationId), a)).tables;
    expect(Object.keys(expected.weddings)).toEqual([a]);
    expect(Object.values(expected.contacts)).toHaveLength(2);
    expect(fresh.state?.tables).toEqual(expected);
    expect(resumed.state?.tables).toEqual(expected);
    for (const frame of [...fresh.frames, ...resumed.frames]) for (const event of frame.events) expect(event.weddingId).toBe(a);
    expect(Object.values(whole.state?.tables.contacts ?? {})).toHaveLength(7);
  });

  it('never shows one organisation what another has', async () => {
    const other = store.addOrganisation();
    const stranger = await enrol(other.id);
    const wedding = ids.next();
    store.commit(organisationId, [weddingCreated(wedding)]);
    const ours = client();
    const theirs = client({ token: stranger.token });
    const nosy = client({ token: stranger.token, weddingId: wedding });
    for (const c of [ours, theirs, nosy]) await c.open();
    await until(() => [ours, theirs, nosy].every((c) => c.snapshots === 1), 'snapshots');
    for (let i = 0; i < 5; i += 1) {
      store.commit(organisationId, [contactCreated(wedding)]);
      store.commit(other.id, [contactCreated(null)]);
    }
    await until(() => ours.seq === 6 && theirs.seq === 5 && nosy.seq === 5, 'everybody at the head');
    const own = new Set((await store.readEvents(organisationId, 0, 100)).map((event) => event.id));
    for (const c of [theirs, nosy]) for (const frame of c.frames) for (const event of frame.events) expect(own.has(event.id)).toBe(false);
    expect(nosy.state?.tables.contacts).toEqual({});
    expect(nosy.state?.tables.weddings).toEqual({});
    expect(Object.values(ours.state?.tables.contacts ?? {})).toHaveLength(5);
  });
});

describe('the end of a connection', () => {
  it('is announced when the server stops, after everything that was committed', async () => {
    const c = client();
    await c.open();
    await until(() => c.snapshots === 1, 'the snapshot');
    grow(1);
    await test.app.close();
    await until(() => c.byes.length === 1 && c.socket?.connected === false, 'the farewell');
    expect(c.byes).toEqual(['server_stopping']);
    expect(c.seq).toBe(1);
  });

  it('is announced to a revoked device', async () => {
    const c = client();
    await c.open();
    test.app.stream?.dropDevice(deviceId);
    await until(() => c.socket?.connected === false, 'the drop');
    expect(c.byes).toEqual(['auth_revoked']);
  });

  it('comes by itself to a device whose token was revoked', async () => {
    const c = client();
    await c.open();
    store.revoke(deviceId);
    await until(() => c.socket?.connected === false, 'the drop', 30_000);
    expect(c.byes).toEqual(['auth_revoked']);
  });
});

describe('a client that does not read', () => {
  it('is dropped, slows nobody down, and resumes without a loss', async () => {
    await test.app.close();
    test = testApp(store, { heartbeatMs: 400, slowBytes: 256 * 1024 });
    url = await test.listen();
    const [quick, slow] = [client(), client()];
    for (const c of [quick, slow]) await c.open();
    await until(() => quick.snapshots === 1 && slow.snapshots === 1, 'snapshots');
    const line = (slow.socket?.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } }).ws._socket;
    line.pause();
    const dropped = async () => (await test.metrics.streamClosed.get()).values.some((value) => value.labels['reason'] === 'slow_consumer');
    const row = ids.next();
    for (let i = 0; i < 200 && !(await dropped()); i += 1) {
      store.commit(organisationId, Array.from({ length: 300 }, () => alertUpdated(row)));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    expect(await dropped()).toBe(true);
    grow(1);
    const last = await head();
    await until(() => quick.seq === last, 'the quick one at the head');
    expect(quick.byes).toEqual([]);
    slow.close();
    await slow.open();
    await until(() => slow.seq === last, 'the slow one at the head');
    expect([...quick.faults, ...slow.faults]).toEqual([]);
    expect(slow.state?.tables).toEqual(quick.state?.tables);
  });
});

describe('over random disconnects while events are being committed', () => {
  it('every client gets every event exactly once, and replay equals snapshot', async () => {
    store.latencyMs = 6;
    const [a, b] = [ids.next(), ids.next()];
    store.commit(organisationId, [weddingCreated(a), weddingCreated(b)]);
    const wholes = [client(), client(), client()];
    const inA = [client({ token, weddingId: a }), client({ token, weddingId: a })];
    const all = [...wholes, ...inA];
    const known: string[] = [];
    let going = true;

    const committing = (async () => {
      for (let i = 0; i < 300; i += 1) {
        const weddingId = [a, b, null][Math.floor(Math.random() * 3)] ?? null;
        const count = Math.random() < 0.05 ? 600 : 1 + Math.floor(Math.random() * 4);
        const made = Array.from({ length: count }, () => ids.next());
        known.push(...made.slice(0, 1));
        store.commit(organisationId, made.map((id) => contactCreated(weddingId, id)), { tell: Math.random() > 0.05 });
        if (Math.random() < 0.1) {
          const gone = known.splice(0, 1)[0];
          const row = (await store.snapshot(organisationId)).rows.contacts.find((contact) => contact.id === gone);
          if (row) store.commit(organisationId, [contactDeleted(row.weddingId, row.id)]);
        }
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
      }
      going = false;
    })();
    const living = all.map(async (c) => {
      while (going) {
        await c.open();
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        if (Math.random() < 0.5) c.socket?.io.engine.close();
        c.close();
        if (Math.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      }
      await c.open();
    });
    await Promise.all([committing, ...living]);
    store.commit(organisationId, [contactCreated(a)]);
    const last = await head();
    await until(() => all.every((c) => c.seq === last), 'everybody at the head');

    const snapshot = await store.snapshot(organisationId);
    for (const c of all) expect(c.faults).toEqual([]);
    for (const c of wholes) expect(c.state?.tables).toEqual(fromSnapshot(snapshot).tables);
    for (const c of inA) expect(c.state?.tables).toEqual(fromSnapshot(snapshotOfWedding(snapshot, a)).tables);
    // The loop must have done what it claims: many connections, mostly resumed.
    const welcomes = all.flatMap((c) => c.welcomes);
    expect(welcomes.length).toBeGreaterThan(50);
    expect(welcomes.filter((welcome) => welcome.mode === 'resume').length).toBeGreaterThan(40);
  });
});
