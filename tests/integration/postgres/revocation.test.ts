import { expect, it } from 'vitest';
import { openStore } from '../../../server/store/open.ts';
import { furnish, letIn } from '../../support/house.ts';
import { connect, first, testApp } from '../../support/serverApp.ts';
import { openTestStore } from '../../support/store.ts';

it.skipIf(process.env['WEDSYNC_TEST_DATABASE_URL'] === undefined)('a device that is revoked in one process loses its line in every other', async () => {
  const t = await openTestStore();
  const opened = await openStore(t.options);
  if (!opened.ok) throw new Error(opened.error.message);
  // A beat that never comes in the test: only the announcement can drop the line.
  const apps = [t.store, opened.value].map((store) => testApp(store, { heartbeatMs: 3_600_000 }));
  try {
    const urls = await Promise.all(apps.map((app) => app.listen()));
    const house = await furnish(t.store, t.organisation.id);
    const device = await letIn(t.store, t.organisation.id, house.access('vendor'));
    const sockets = urls.map((url) => connect(url, { token: device.token }));
    const byes = sockets.map((socket) => first<{ reason: string }>(socket, 'bye'));
    await Promise.all(sockets.map((socket) => first(socket, 'snapshot')));
    const from = performance.now();
    expect(await t.store.revokeDevice(t.organisation.id, device.deviceId)).toBe(true);
    const took = byes.map(async (bye) => {
      expect(await bye).toEqual({ reason: 'auth_revoked' });
      return performance.now() - from;
    });
    console.log(`revoked to goodbye, own process and other: ${(await Promise.all(took)).map((ms) => ms.toFixed(1)).join(', ')} ms`);
    expect(await opened.value.authenticate(device.token)).toEqual({ ok: false, error: 'auth.revoked' });
  } finally {
    await Promise.all(apps.map((app) => app.app.close()));
    await opened.value.close();
    await t.cleanup();
  }
});
