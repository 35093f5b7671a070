import { afterAll, beforeAll, expect, it } from 'vitest';
import { KEY } from '../../support/desk.ts';
import { openDeskHouse, untilTrue, type DeskHouse } from '../../support/deskHouse.ts';

/** A connection whose key one desktop keeps is removed by somebody else. */

let h: DeskHouse;
beforeAll(async () => {
  h = await openDeskHouse();
});
afterAll(() => h.close());

it('its keychain entry goes too, and nobody calls any more', async () => {
  h.host.items = ['a'];
  const desk = await h.desktop();
  const made = await desk.keeping.connect(h.wanted());
  if (!made.ok) throw new Error(made.error.message);
  const { id } = made.value.connection;
  await untilTrue('a look', async () => (await h.titles(id)).length === 1);
  expect([...desk.keychain.entries.values()].some((text) => text.includes(KEY))).toBe(true);
  expect((await h.owner.get('removal', { id })).keptBy).not.toBeNull();
  await h.owner.get('removeConnection', { id });
  await untilTrue('the keychain is empty', () => desk.keychain.entries.size === 0);
  expect(await h.access(id)).toMatchObject({ keptBy: null, nextPollAt: null });
  expect(await h.titles(id)).toHaveLength(1);
  const calls = h.host.calls.length;
  expect((await h.owner.ask('look', { id })).status).toBe(404);
  expect(h.host.calls).toHaveLength(calls);
});
