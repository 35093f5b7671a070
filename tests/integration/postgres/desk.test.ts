import { afterEach, describe, expect, it } from 'vitest';
import { createDesk } from '../../../server/desk/desk.ts';
import { createIds } from '../../../server/ports.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { openStore } from '../../../server/store/open.ts';
import { openDeskHouse, untilTrue, type DeskHouse } from '../../support/deskHouse.ts';
import { collectingLog, type TestStore } from '../../support/store.ts';

/** A worker asks in one process, the desktop hangs on another one: everything between them is in the database. */
const server = process.env['WEDSYNC_TEST_DATABASE_URL'];

describe.skipIf(server === undefined)('a key on a desktop, with several processes', () => {
  let h: DeskHouse | null = null;
  afterEach(() => h?.close());
  const another = async (t: TestStore): Promise<OpenedStore> => {
    const opened = await openStore({ ...t.options, log: collectingLog() });
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  };

  it('looks, hints, a desktop that was away, and one that is withdrawn at the process that does not work', async () => {
    h = await openDeskHouse({ worksOn: another });
    h.host.items = ['a'];
    const desk = await h.desktop();
    const made = await desk.keeping.connect(h.wanted());
    if (!made.ok) throw new Error(made.error.message);
    const { id } = made.value.connection;
    const house = h;
    await untilTrue('the look', async () => (await house.titles(id)).length === 1);
    await house.deliver(id, { kind: 'reread', hints: [{ remoteType: 'entry', remoteId: 'x' }] });
    await untilTrue('the hint', async () => (await house.titles(id)).includes('Read x'));
    await house.kill(desk);
    house.clock.advance(600_000);
    const hint = await house.deliver(id, { kind: 'reread', hints: [{ remoteType: 'entry', remoteId: 'y' }] });
    await untilTrue('the held hint', async () => (await house.stateOf(hint)).reason === 'desk.away');
    await house.desktop({ as: desk.token, keychain: desk.keychain });
    await untilTrue('the freed hint', async () => (await house.titles(id)).includes('Read y'));
    await house.owner.get('revoke', { id: desk.deviceId });
    await untilTrue('the reason', async () => (await house.row(id)).healthReason === 'desk.withdrawn');
  });

  it('two workers never have the same answer: each asks for its own, and one page is kept', async () => {
    h = await openDeskHouse({ worksOn: another });
    const desk = await h.desktop();
    const made = await desk.keeping.connect(h.wanted());
    if (!made.ok) throw new Error(made.error.message);
    const { id } = made.value.connection;
    const house = h;
    await untilTrue('the first look', async () => (await house.access(id)).cursor !== null);
    const second = createDesk({ store: house.t.store, clock: house.clock, ids: createIds(), log: house.t.log });
    const asking = { organisationId: house.t.organisation.id, connectionId: id, system: 'keyed', settings: { baseUrl: house.host.url }, mark: null };
    const answers = await Promise.all(['1', '2', '3'].map((cursor) => second.ask({ ...asking, ask: { kind: 'poll', cursor } })));
    expect(answers.map((asked) => (asked.kind === 'answered' ? asked.answer.outcome : asked.kind))).toEqual(['page', 'page', 'page']);
    expect(await house.t.store.internals.database.system.selectFrom('deskTurns').select('id').execute()).toEqual([]);
    second.stop();
  });
});
