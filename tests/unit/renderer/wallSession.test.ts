import { beforeEach, expect, it } from 'vitest';
import { ok } from '../../../core/contract/result.ts';
import { DEFAULT_SETTINGS } from '../../../core/contract/settings.ts';
import type { LinkStatus } from '../../../core/contract/stream.ts';
import { toSnapshot } from '../../../core/domain/record/state.ts';
import type { Backend, Listeners } from '../../../renderer/state/backend/backend.ts';
import { getConsole, initialState, setConsole } from '../../../renderer/state/store.ts';
import { startWallSession } from '../../../renderer/wall/session.ts';
import { state } from '../../support/builders.ts';

const live: LinkStatus = { state: 'live', since: '2026-11-20T12:00:00.000Z', seq: 1, headSeq: 1, confirmedAt: null, reason: null, attempt: 0, retryAt: null };

beforeEach(() => setConsole(initialState, true));

async function wall(): Promise<Listeners> {
  const held: { listeners: Listeners | null } = { listeners: null };
  const backend = {
    home: 'desktop',
    boot: async () => ok({ appVersion: '1', electronVersion: null, serverVersion: null, server: { mode: 'client', url: null }, tokenKept: 'keychain', settings: DEFAULT_SETTINGS, link: live, place: null, access: null, keptIsForeign: false }),
    record: async () => ok(toSnapshot(state(), '2026-11-20T12:00:00.000Z')),
    open(_cursor: unknown, given: Listeners) {
      held.listeners = given;
      return () => undefined;
    },
  } as unknown as Backend;
  await startWallSession(backend);
  if (!held.listeners) throw new Error('not open');
  return held.listeners;
}

it('is emptied at once when access was withdrawn, and filled again when it is given back', async () => {
  const heard = await wall();
  expect(getConsole().record).not.toBeNull();
  heard.link({ ...live, state: 'refused', reason: 'auth_revoked' });
  expect(getConsole()).toMatchObject({ record: null, origin: 'none', link: { state: 'refused' } });
  heard.link(live);
  heard.snapshot(toSnapshot(state(), '2026-11-20T12:00:00.000Z'));
  expect(getConsole().record).not.toBeNull();
});

it('keeps what it shows over a line that is merely lost, or a code that is not known', async () => {
  const heard = await wall();
  heard.link({ ...live, state: 'offline', reason: 'transport_lost' });
  heard.link({ ...live, state: 'refused', reason: 'protocol_too_old' });
  expect(getConsole().record).not.toBeNull();
});
