import { expect, it } from 'vitest';
import { ErrorBody, HTTP } from '../../../core/contract/http.ts';
import { furnish, letIn } from '../../support/house.ts';
import { connect, first, testApp } from '../../support/serverApp.ts';
import { openTestStore } from '../../support/store.ts';

it('a revoked device is told goodbye, its line ends and its token is refused', async () => {
  const t = await openTestStore();
  // A beat that never comes in the test: only the event itself can drop the line.
  const test = testApp(t.store, { heartbeatMs: 3_600_000 });
  try {
    const url = await test.listen();
    const house = await furnish(t.store, t.organisation.id);
    const owner = await letIn(t.store, t.organisation.id, house.access('owner'));
    const took: number[] = [];
    for (const role of ['vendor', 'couple', 'staff', 'coordinator', 'owner'] as const) {
      const device = await letIn(t.store, t.organisation.id, house.access(role));
      const socket = connect(url, { token: device.token });
      const bye = first<{ reason: string }>(socket, 'bye');
      const gone = first<string>(socket, 'disconnect');
      await first(socket, 'snapshot');
      const from = performance.now();
      const answer = await test.app.inject({ method: 'POST', url: HTTP.revoke.path.replace(':id', device.deviceId), headers: owner.headers, payload: {} });
      expect(answer.statusCode).toBe(200);
      expect(await bye).toEqual({ reason: 'auth_revoked' });
      await gone;
      took.push(performance.now() - from);
      const refused = await test.app.inject({ url: HTTP.me.path, headers: device.headers });
      expect([refused.statusCode, ErrorBody.parse(refused.json()).error.code]).toEqual([401, 'auth.revoked']);
      const again = connect(url, { token: device.token });
      expect(await first<Error & { data?: unknown }>(again, 'connect_error')).toMatchObject({ data: { reason: 'auth_revoked' } });
      again.close();
      expect((await test.app.inject({ method: 'POST', url: HTTP.revoke.path.replace(':id', device.deviceId), headers: owner.headers, payload: {} })).statusCode).toBe(404);
    }
    console.log(`revoked to line ended, one process: ${took.map((ms) => ms.toFixed(1)).join(', ')} ms`);
  } finally {
    await test.app.close();
    await t.cleanup();
  }
});

it('the only device of an owner is not shown out, not even by itself', async () => {
  const t = await openTestStore();
  const test = testApp(t.store);
  try {
    const house = await furnish(t.store, t.organisation.id);
    const owner = await letIn(t.store, t.organisation.id, house.access('owner'));
    const revoke = (id: string) => test.app.inject({ method: 'POST', url: HTTP.revoke.path.replace(':id', id), headers: owner.headers, payload: {} });
    expect((await revoke(t.device.id)).statusCode).toBe(200);
    const refused = await revoke(owner.deviceId);
    expect([refused.statusCode, ErrorBody.parse(refused.json()).error.code]).toEqual([409, 'auth.last_owner']);
    expect((await test.app.inject({ url: HTTP.me.path, headers: owner.headers })).statusCode).toBe(200);
    await letIn(t.store, t.organisation.id, house.access('owner'));
    expect((await revoke(owner.deviceId)).statusCode).toBe(200);
  } finally {
    await test.app.close();
    await t.cleanup();
  }
});
