import { createHmac, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DESK_HTTP } from '../../../core/contract/desk.ts';
import { accountText } from '../../../core/vendors/account.ts';
import { saltOf } from '../../../server/desk/marks.ts';
import { entry } from '../../support/scriptedVendor.ts';
import { KEY, keychain, type DeskProgram } from '../../support/desk.ts';
import { openDeskHouse, untilTrue, type DeskHouse } from '../../support/deskHouse.ts';

/** Keys in the keychain of one desktop: the server decides, the desktop calls. */

let h: DeskHouse;
beforeAll(async () => {
  h = await openDeskHouse();
});
afterEach(() => h.calm());
afterAll(() => h.close());

const reread = (id: string) => ({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: id }] });
const connected = async (desk: DeskProgram): Promise<string> => {
  const made = await desk.keeping.connect(h.wanted());
  if (!made.ok) throw new Error(`${made.error.code}: ${made.error.message}`);
  return made.value.connection.id;
};
const health = async (id: string) => {
  const { health: state, healthReason } = await h.row(id);
  return [state, healthReason];
};
const keyIn = (desk: DeskProgram) => [...desk.keychain.entries.values()].filter((text) => text.includes(KEY)).length;
/** What a desktop asks the server itself. */
const post = async (desk: { token: string }, path: string, body: unknown) => {
  const answer = await h.app.app.inject({ method: 'POST', url: path, headers: { authorization: `Bearer ${desk.token}` }, payload: body as object });
  return { status: answer.statusCode, body: answer.json<{ error?: { code: string }; turns?: { turnId: string; fence: number }[] }>() };
};
/** The desktop has not been heard of for longer than anybody waits. */
const longAway = () => h.clock.advance(10 * 60_000);

describe('a key that stays on a desktop', () => {
  it('is tried out there, never comes to the server, and its facts come all the same: by looks and by hints', async () => {
    h.host.items = ['a', 'b'];
    const desk = await h.desktop();
    const made = await desk.keeping.connect(h.wanted());
    if (!made.ok) throw new Error(made.error.message);
    const { connection, setup, report } = made.value;
    expect(report?.account).toBe('Fern & Co');
    expect(setup).toMatchObject({ secretsSet: ['signingSecret', 'apiKey'], missing: [], keeper: { self: true, keys: ['apiKey'], fence: 1 } });
    await untilTrue('what the look has brought', async () => (await h.titles(connection.id)).length === 2);
    const hint = await h.deliver(connection.id, reread('x'));
    await untilTrue('what the hint was about', async () => (await h.titles(connection.id)).includes('Read x'));
    expect(await h.stateOf(hint)).toMatchObject({ state: 'processed' });
    expect(await health(connection.id)).toEqual(['healthy', null]);
    expect(h.host.calls).toEqual(expect.arrayContaining(['/me', '/items?after=', '/items/x']));
    // Somebody else sees who keeps it.
    expect((await h.owner.get('setup', { id: connection.id })).keeper).toMatchObject({ self: false, deviceId: desk.deviceId, state: 'here' });
    expect(keyIn(desk)).toBe(1);
    expect(desk.sent.filter((text) => text.includes(KEY))).toEqual([]);
    expect(desk.sent.some((text) => text.includes('signing-0123456789'))).toBe(true);
  });

  it('is not kept when it is wrong, and nothing is made', async () => {
    const desk = await h.desktop();
    const before = (await h.t.store.snapshot(h.t.organisation.id)).rows.connections.length;
    expect(await desk.keeping.connect(h.wanted('another-key'))).toMatchObject({ ok: false, error: { code: 'connect.refused' } });
    h.host.status = 503;
    expect(await desk.keeping.connect(h.wanted())).toMatchObject({ ok: false, error: { code: 'connect.untried' } });
    expect(desk.keychain.entries.size).toBe(0);
    expect((await h.t.store.snapshot(h.t.organisation.id)).rows.connections).toHaveLength(before);
  });

  it('waits for a desktop that is away: no breaker, no ladder, hints held in order; webhooks go on; everything is caught up', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    await h.kill(desk);
    longAway();
    h.host.items = ['a', 'b', 'c'];
    await h.lookNow(id);
    await untilTrue('that it waits', async () => (await health(id))[1] === 'desk.away');
    const hints = [await h.deliver(id, reread('x')), await h.deliver(id, reread('y'))];
    for (const hint of hints) await untilTrue('a held hint', async () => (await h.stateOf(hint)).state === 'held');
    expect(await h.stateOf(hints[0] ?? '')).toEqual({ state: 'held', reason: 'desk.away' });
    // A webhook that says everything itself needs no call.
    await h.deliver(id, { kind: 'changes', changes: [entry('whole')] });
    await untilTrue('the webhook', async () => (await h.titles(id)).includes('Entry whole'));
    expect(await health(id)).toEqual(['waiting', 'desk.away']);
    expect(await h.access(id)).toMatchObject({ failures: 0, breaker: null, keptWaits: true });
    expect((await h.owner.get('setup', { id })).keeper).toMatchObject({ state: 'away', since: expect.any(String) as string });
    expect((await h.t.store.snapshot(h.t.organisation.id)).rows.alerts.filter((alert) => alert.subject?.id === id)).toEqual([]);

    await h.desktop({ as: desk.token, keychain: desk.keychain });
    await untilTrue('everything that was missed', async () => (await h.titles(id)).length === 6);
    expect(await h.titles(id)).toEqual(['Entry a', 'Entry b', 'Entry c', 'Entry whole', 'Read x', 'Read y']);
    await untilTrue('its health', async () => (await health(id))[0] === 'healthy');
    const done = await h.t.store.internals.database.system.selectFrom('deliveries').select(['id', 'attempts', 'state']).where('id', 'in', hints).orderBy('arrival').execute();
    // What waited was no attempt.
    expect(done).toEqual(hints.map((hint) => ({ id: hint, attempts: 1, state: 'processed' })));
    expect(h.host.calls.filter((path) => path.startsWith('/items/'))).toEqual(['/items/x', '/items/y']);
  });

  it('goes on with a turn that a killed desktop had in its hands, once', async () => {
    h.host.items = ['a'];
    const desk = await h.desktop();
    let began: () => void = () => undefined;
    const inHand = new Promise<void>((resolve) => (began = resolve));
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.titles(id)).length === 1);
    h.host.items = ['a', 'b'];
    h.host.hangs = () => began();
    await h.lookNow(id);
    await inHand;
    await h.kill(desk);
    h.host.hangs = null;
    const again = await h.desktop({ as: desk.token, keychain: desk.keychain });
    await untilTrue('the page', async () => (await h.titles(id)).length === 2);
    expect(await h.access(id)).toMatchObject({ cursor: '2', failures: 0 });
    expect((await h.t.store.deliveries(h.t.organisation.id, id)).map((one) => one.vendorKey).sort()).toEqual(['a', 'b']);
    expect(again.sent.filter((text) => text.includes(KEY))).toEqual([]);
  });

  it('counts a source that does not answer there as one that does not answer', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    h.host.status = 503;
    for (let n = 1; n <= 3; n += 1) {
      await h.lookNow(id);
      await untilTrue(`failure ${n}`, async () => (await h.access(id)).failures === n);
    }
    expect(await health(id)).toEqual(['failing', 'normalise.reread_failed']);
    h.host.status = 200;
    await h.lookNow(id);
    await untilTrue('its health', async () => (await health(id))[0] === 'healthy');
  });
});

/** What the trail says of one action, in the order of the outcomes. */
async function trail(action: string, subject: string): Promise<(readonly [string, string])[]> {
  await h.t.store.internals.flushAudit();
  const lines = await h.t.store.internals.database.system.selectFrom('audit').select(['actor', 'outcome']).where('action', '=', action).where('subject', '=', subject).orderBy('outcome').execute();
  return lines.map(({ actor, outcome }) => [actor, outcome] as const);
}

describe('a trial that the desktop makes by itself', () => {
  it('leaves a line of who has tried what with which outcome, and never the key', async () => {
    const desk = await h.desktop();
    expect(await desk.keeping.tryOut(h.wanted('a-wrong-key-0123456789'))).toMatchObject({ ok: true, value: { outcome: 'failed' } });
    const id = await connected(desk);
    h.host.status = 503;
    expect(await desk.keeping.change(id, 'keyed', { secrets: { apiKey: KEY } })).toMatchObject({ ok: false, error: { code: 'connect.untried' } });
    expect((await trail('source.test', 'keyed')).filter(([actor]) => actor === desk.deviceId)).toEqual([[desk.deviceId, 'connect.refused'], [desk.deviceId, 'ok']]);
    expect(await trail('source.test', id)).toEqual([[desk.deviceId, 'connect.untried']]);
    const whole = JSON.stringify(await h.t.store.internals.database.system.selectFrom('audit').selectAll().execute(), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect([whole.includes(KEY), whole.includes('a-wrong-key-0123456789')]).toEqual([false, false]);
  });

  it('is noted of systems and connections of this house alone, with an outcome that is known', async () => {
    const desk = await h.desktop({ listens: false });
    const tell = (body: object) => post(desk, DESK_HTTP.deskTrial.path, body).then(({ status, body: { error } }) => [status, error?.code]);
    expect(await tell({ system: 'keyed', connectionId: randomUUID(), outcome: 'ok' })).toEqual([404, 'request.not_found']);
    expect(await tell({ system: 'nothing', connectionId: null, outcome: 'ok' })).toEqual([404, 'request.not_found']);
    expect(await tell({ system: 'keyed', connectionId: null, outcome: KEY })).toEqual([400, 'request.invalid']);
  });
});

describe('the mark of a kept key', () => {
  const markOf = async (id: string) => (await h.t.store.internals.database.system.selectFrom('connectionAccess').select('keptMark').where('id', '=', id).executeTakeFirstOrThrow()).keptMark;
  const marked = async (id: string) => {
    await untilTrue('a mark', async () => (await markOf(id)) !== null);
    return markOf(id);
  };

  it('is the same for the same key, whatever connection, desktop or vault it is in; it tells nothing of the key', async () => {
    const [first, second] = [await h.desktop(), await h.desktop()];
    const [one, two] = [await connected(first), await connected(second)];
    const mark = await marked(one);
    expect(await marked(two)).toBe(mark);
    // As the server's own calls with that key in the vault are told apart.
    const text = accountText(h.vendor.manifest, { apiKey: KEY, signingSecret: 'another' }) ?? '';
    expect(createHmac('sha256', saltOf(h.t.store.internals.vault, h.t.organisation.id)).update(text).digest('base64url')).toBe(mark);
    expect(createHmac('sha256', saltOf(h.t.store.internals.vault, randomUUID())).update(text).digest('base64url')).not.toBe(mark);
    expect([...first.sent, ...second.sent].filter((body) => body.includes(KEY))).toEqual([]);
    expect(await trail('desk.marked', one)).toEqual([[first.deviceId, 'ok']]);
  });

  it('is another one for another key, goes with the key, and is asked for where it was never told', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    const before = await marked(id);
    // The source takes any key: it is rotated over there.
    h.host.key = 'rotated-key-0123456789abcd';
    expect((await desk.keeping.change(id, 'keyed', { secrets: { apiKey: h.host.key } })).ok).toBe(true);
    await untilTrue('another mark', async () => ![null, before].includes(await markOf(id)));
    const after = await markOf(id);
    // What others change leaves it.
    await h.owner.get('changeConnection', { id, body: { settings: { zone: 'Europe/Paris' } } });
    expect(await markOf(id)).toBe(after);
    // One that was kept before there were marks.
    await sql`update connection_access set kept_mark = null where id = ${id}`.execute(h.t.store.internals.database.system);
    await h.kill(desk);
    const again = await h.desktop({ as: desk.token, keychain: desk.keychain });
    await untilTrue('the mark', async () => (await markOf(id)) === after);
    await again.keeping.toVault(id);
    expect(await markOf(id)).toBeNull();
    h.host.key = KEY;
  });

  it('is taken only from the desktop that keeps the key now', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    const mark = await marked(id);
    const other = await h.desktop({ listens: false });
    const tell = (by: { token: string }, body: object) => post(by, DESK_HTTP.deskMark.path, { connectionId: id, fence: 1, mark: 'x'.repeat(43), ...body }).then(({ status, body: { error } }) => [status, error?.code]);
    expect([await tell(other, {}), await tell(desk, { fence: 7 }), await tell(desk, { mark: KEY })]).toEqual([[409, 'desk.turn_over'], [409, 'desk.turn_over'], [400, 'request.invalid']]);
    expect(await markOf(id)).toBe(mark);
    const asked = await h.app.app.inject({ method: 'GET', url: DESK_HTTP.deskMarks.path, headers: { authorization: `Bearer ${other.token}` } });
    expect(asked.json()).toEqual({ salt: null, kept: [] });
  });
});

describe('an answer', () => {
  /** A look that waits for its desktop, which a program of this test plays. */
  async function turn() {
    const desk = await h.desktop();
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    await h.kill(desk);
    const run = randomUUID();
    await h.lookNow(id);
    let taken: { turnId: string; fence: number } | undefined;
    await untilTrue('the turn', async () => {
      taken = (await post(desk, DESK_HTTP.deskTurns.path, { run, waitMs: 0 })).body.turns?.[0];
      return taken !== undefined;
    });
    const of = taken ?? { turnId: '', fence: 0 };
    const answer = { outcome: 'page', items: [{ key: 'late', event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [entry('late')] }) }], cursor: '99', more: false };
    const give = (by: { token: string }, body: object = {}) => post(by, DESK_HTTP.deskAnswer.path.replace(':id', of.turnId), { run, fence: of.fence, answer, ...body });
    return { desk, id, give };
  }

  it('is taken from the desktop that was asked, in the run that took it, once', async () => {
    const { desk, id, give } = await turn();
    const other = await h.desktop({ listens: false });
    expect([await give(other), await give(desk, { run: randomUUID() }), await give(desk, { fence: 7 })].map(({ status, body }) => [status, body.error?.code])).toEqual([[404, 'request.not_found'], [409, 'desk.turn_over'], [409, 'desk.turn_over']]);
    expect((await h.access(id)).cursor).toBe('0');
    expect((await give(desk)).status).toBe(200);
    await untilTrue('the page', async () => (await h.access(id)).cursor === '99');
    expect((await give(desk)).status).toBeGreaterThanOrEqual(404);
  });

  it('that comes too late changes nothing', async () => {
    const { desk, id, give } = await turn();
    h.clock.advance(60_000);
    expect([(await give(desk)).body.error?.code]).toEqual(['desk.turn_over']);
    expect(await h.access(id)).toMatchObject({ cursor: '0', failures: 0 });
  });

  it('of a former keeper changes nothing: the vault goes on where it was', async () => {
    const { desk, id, give } = await turn();
    h.host.items = ['v'];
    await h.owner.get('changeConnection', { id, body: { secrets: { apiKey: KEY } } });
    expect((await give(desk)).status).toBe(404);
    await untilTrue('a look with the key of the vault', async () => (await h.titles(id)).length === 1);
    expect(await h.titles(id)).toEqual(['Entry v']);
    expect(await h.access(id)).toMatchObject({ keptBy: null, keptFence: 2, cursor: '1' });
  });

  it('that says what is not its own to say is refused', async () => {
    const { desk, give } = await turn();
    const stolen = { ...entry('x'), fields: { ...entry('x').fields, id: randomUUID() } };
    expect((await give(desk, { answer: { outcome: 'changes', changes: [stolen] } })).status).toBe(400);
    expect((await give(desk, { answer: { outcome: 'page', items: [], cursor: '1' } })).status).toBe(400);
  });
});

describe('another place', () => {
  it('is the vault, by one button; the keychain lets it go', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    const moved = await desk.keeping.toVault(id);
    expect(moved).toMatchObject({ ok: true, value: { setup: { keeper: null, secretsSet: expect.arrayContaining(['apiKey']) as string[] } } });
    expect(desk.keychain.entries.size).toBe(0);
    await h.kill(desk);
    h.host.items = ['a'];
    await h.lookNow(id);
    await untilTrue('a look by the server', async () => (await h.titles(id)).length === 1);
  });

  it('is another desktop, which is given the key again; the former one forgets it', async () => {
    const [first, second] = [await h.desktop(), await h.desktop()];
    const id = await connected(first);
    expect(await second.keeping.change(id, 'keyed', {})).toMatchObject({ ok: false, error: { code: 'connect.field_missing', field: 'apiKey' } });
    expect(await second.keeping.change(id, 'keyed', { secrets: { apiKey: KEY } })).toMatchObject({ ok: true, value: { setup: { keeper: { self: true, fence: 2 } } } });
    await untilTrue('the former keychain is empty', () => first.keychain.entries.size === 0);
    h.host.items = ['a'];
    await h.lookNow(id);
    await untilTrue('a look', async () => (await h.titles(id)).length === 1);
    expect([keyIn(first), keyIn(second)]).toEqual([0, 1]);
  });

  it('is taken from the vault by entering the key on a desktop', async () => {
    const { connection } = await h.owner.get('connect', { body: h.wanted() });
    const desk = await h.desktop();
    expect(await desk.keeping.change(connection.id, 'keyed', { secrets: { apiKey: KEY } })).toMatchObject({ ok: true, value: { setup: { keeper: { self: true } } } });
    const row = await h.t.store.internals.database.system.selectFrom('connectionAccess').select('secretsSealed').where('id', '=', connection.id).executeTakeFirstOrThrow();
    const opened = h.t.store.internals.vault.open(row.secretsSealed, `connection:${connection.id}:secrets`);
    expect(opened).toEqual({ ok: true, value: JSON.stringify({ signingSecret: 'signing-0123456789' }) });
  });

  it('cannot be a browser, a system whose key proves its calls, or two at once', async () => {
    const body = { ...h.wanted(), secrets: {}, keptHere: ['apiKey'] };
    const asBrowser = await h.t.store.internals.database.system.updateTable('devices').set({ kind: 'browser' }).returning('id').execute();
    expect(asBrowser.length).toBeGreaterThan(0);
    expect((await h.owner.ask('connect', { body })).code()).toBe('connect.not_possible');
    await h.t.store.internals.database.system.updateTable('devices').set({ kind: 'desktop' }).execute();
    expect((await h.owner.ask('connect', { body: { ...body, secrets: { apiKey: KEY } } })).code()).toBe('connect.not_possible');
    expect((await h.owner.ask('connect', { body: { ...body, keptHere: ['apiKey', 'signingSecret'] } })).code()).toBe('connect.field_unknown');
  });
});

describe('what only a person can put right', () => {
  it('a withdrawn desktop: the connection fails with that reason and is given to another one', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    await h.owner.get('revoke', { id: desk.deviceId });
    await untilTrue('the reason', async () => (await health(id))[1] === 'desk.withdrawn');
    expect((await health(id))[0]).toBe('failing');
    const hint = await h.deliver(id, reread('x'));
    await untilTrue('the held hint', async () => (await h.stateOf(hint)).state === 'held');
    const other = await h.desktop();
    expect((await other.keeping.change(id, 'keyed', { secrets: { apiKey: KEY } })).ok).toBe(true);
    await untilTrue('the hint', async () => (await h.titles(id)).includes('Read x'));
    await untilTrue('its health', async () => (await health(id))[0] === 'healthy');
    expect((await h.t.store.snapshot(h.t.organisation.id)).rows.alerts.filter((alert) => alert.subject?.id === id && alert.state !== 'resolved')).toEqual([]);
  });

  it('a key that is not in the keychain is asked for again', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    desk.keychain.entries.clear();
    await h.lookNow(id);
    await untilTrue('the reason', async () => (await health(id))[1] === 'desk.key_missing');
    const [alert] = (await h.t.store.snapshot(h.t.organisation.id)).rows.alerts.filter((one) => one.subject?.id === id);
    expect(alert?.title).toBe('Keyed needs its key again');
    expect((await desk.keeping.change(id, 'keyed', { secrets: { apiKey: KEY } })).ok).toBe(true);
    await untilTrue('its health', async () => (await health(id))[0] === 'healthy');
  });

  it('a keychain that refuses: nothing is made; later it is waited for, and opens again', async () => {
    const chain = keychain();
    const desk = await h.desktop({ keychain: chain });
    chain.locked = true;
    expect(await desk.keeping.connect(h.wanted())).toMatchObject({ ok: false, error: { code: 'secrets.unavailable' } });
    chain.locked = false;
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    chain.locked = true;
    await h.lookNow(id);
    await untilTrue('the reason', async () => (await health(id))[1] === 'secrets.unavailable');
    chain.locked = false;
    await h.lookNow(id);
    await untilTrue('its health', async () => (await health(id))[0] === 'healthy');
  });

  it('the desktop does not trust the server: a key goes to no address that it was not entered for, and to no other system', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    await untilTrue('the first look', async () => (await h.access(id)).cursor !== null);
    const calls = h.host.calls.length;
    // By the door it is not possible ...
    expect((await h.owner.ask('changeConnection', { id, body: { settings: { baseUrl: 'https://evil.example' } } })).code()).toBe('connect.field_missing');
    // ... and who has the database gains nothing.
    await sql`update connection_access set settings = ${JSON.stringify({ baseUrl: h.host.url.replace('127.0.0.1', 'localhost') })}::jsonb where id = ${id}`.execute(h.t.store.internals.database.system);
    await h.lookNow(id);
    await untilTrue('the reason', async () => (await health(id))[1] === 'desk.address_changed');
    expect(h.host.calls).toHaveLength(calls);
  });

  it('does not carry a key to the server that the source repeats', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    h.host.echoes = true;
    const hint = await h.deliver(id, reread('x'));
    await untilTrue('the end of it', async () => (await h.stateOf(hint)).state === 'quarantined');
    expect(desk.sent.filter((text) => text.includes(KEY))).toEqual([]);
  });

  it('tries out at the desktop what is changed elsewhere', async () => {
    const desk = await h.desktop();
    const id = await connected(desk);
    const changed = await h.owner.get('changeConnection', { id, body: { settings: { zone: 'Europe/Paris' } } });
    expect(changed).toMatchObject({ report: { account: 'Fern & Co' }, setup: { settings: { zone: 'Europe/Paris' }, keeper: { deviceId: desk.deviceId } } });
    await h.kill(desk);
    longAway();
    expect((await h.owner.ask('changeConnection', { id, body: { settings: { zone: 'Europe/Rome' } } })).code()).toBe('connect.untried');
    expect((await h.owner.ask('changeConnection', { id, body: { settings: { zone: 'Europe/Rome' }, evenIfUntested: true } })).status).toBe(200);
  });
});
