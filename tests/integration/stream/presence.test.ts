import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../core/contract/access.ts';
import { PresenceList, type PresenceSay } from '../../../core/contract/presence.ts';
import { STREAM_RIGHTS } from '../../../core/domain/access/matrix.ts';
import { startProxy, type Proxy } from '../../chaos/proxy.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { connect, first, testApp, until, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** Who of the house is where, over real lines. */

let t: TestStore;
let test: TestApp;
let url: string;
let house: House;
const sockets: Socket[] = [];
let proxy: Proxy | null = null;

beforeEach(async () => {
  t = await openTestStore();
  test = testApp(t.store);
  url = await test.listen();
  house = await furnish(t.store, t.organisation.id);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await proxy?.close();
  proxy = null;
  await test.app.close();
  await t.cleanup();
});

interface Watcher {
  readonly socket: Socket;
  readonly deviceId: string;
  readonly lists: PresenceList[];
  readonly seen: () => string[];
  say(place: Partial<PresenceSay>): void;
}
async function come(role: Role, to = url): Promise<Watcher> {
  const { token, deviceId } = await letIn(t.store, house.organisationId, house.access(role));
  const socket = connect(to, { token });
  sockets.push(socket);
  const lists: PresenceList[] = [];
  socket.on('presence', (list) => lists.push(PresenceList.parse(list)));
  await first(socket, role === 'platform_admin' ? 'connect_error' : 'snapshot');
  const page = randomUUID();
  return {
    socket,
    deviceId,
    lists,
    seen: () => (lists.at(-1)?.entries ?? []).map((entry) => `${entry.role} ${entry.view} ${entry.state}`),
    say: (place) => void socket.emit('presence', { page, view: 'day', weddingId: null, state: 'here', ...place }),
  };
}

describe('who is here', () => {
  it('is told to the house, and whoever comes later', async () => {
    const owner = await come('owner');
    owner.say({ weddingId: house.here });
    await until(() => owner.lists.at(-1)?.total === 1, 'the own place');
    const staff = await come('staff');
    await until(() => staff.lists.length === 1, 'the list on coming in');
    expect(staff.lists[0]?.entries).toMatchObject([{ deviceId: owner.deviceId, device: 'A owner', kind: 'desktop', role: 'owner', view: 'day', weddingId: house.here, state: 'here' }]);
    staff.say({ view: 'settings' });
    await until(() => owner.lists.at(-1)?.total === 2, 'the second');
    expect(owner.seen()).toEqual(['owner day here', 'staff settings here']);
  });

  it.each(ROLES)('is for %s as the matrix says: told of it, and listed in it', async (role) => {
    const owner = await come('owner');
    owner.say({});
    await until(() => owner.lists.at(-1)?.total === 1, 'the owner');
    const one = await come(role);
    one.say({ view: 'settings' });
    const marker = await come('staff');
    marker.say({});
    const allowed = (STREAM_RIGHTS.presence as readonly Role[]).includes(role);
    await until(() => owner.lists.at(-1)?.total === (allowed ? 3 : 2), 'those who count');
    expect([role, one.lists.length > 0]).toEqual([role, allowed]);
    expect(owner.lists.at(-1)?.entries.some((entry) => entry.deviceId === one.deviceId)).toBe(allowed);
  });

  it('takes no notice of what it does not understand, and the line goes on', async () => {
    const owner = await come('owner');
    for (const said of [null, 1, 'x', [], {}, { view: 'day' }, { page: 'x', view: 'day', weddingId: null, state: 'here' }, { page: randomUUID(), view: '__proto__', weddingId: null, state: 'here' }, JSON.parse('{"__proto__":{"view":"day"}}')]) owner.socket.emit('presence', said);
    owner.say({ view: 'settings' });
    await until(() => owner.lists.at(-1)?.total === 1, 'the place');
    expect(owner.seen()).toEqual(['owner settings here']);
    expect(owner.socket.connected).toBe(true);
    expect(test.logLines.filter((line) => line['msg'] === 'where a client is was not understood')).toHaveLength(1);
  });

  it('a withdrawn device is gone from the list at once', async () => {
    const [owner, staff] = [await come('owner'), await come('staff')];
    owner.say({});
    staff.say({});
    await until(() => owner.lists.at(-1)?.total === 2, 'both');
    await t.store.revokeDevice(house.organisationId, staff.deviceId);
    await until(() => owner.lists.at(-1)?.total === 1, 'the one left');
  });

  it('a cable that is cut: off the list in less than fifteen seconds, though nobody is told', async () => {
    proxy = await startProxy(url, Math.random);
    const owner = await come('owner');
    const lost = await come('coordinator', proxy.url);
    owner.say({});
    lost.say({});
    await until(() => owner.lists.at(-1)?.total === 2, 'both');
    const from = performance.now();
    expect(proxy.silence()).toBeGreaterThan(0);
    await until(() => owner.lists.at(-1)?.total === 1, 'the one left', 20_000);
    const seconds = (performance.now() - from) / 1000;
    console.log(`half-open line: off the list after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15);
    expect(owner.seen()).toEqual(['owner day here']);
  });
});
