import { describe, expect, it } from 'vitest';
import { DESK_ANSWER_BYTES, type DeskAsk, type DeskTurn } from '../../../../../core/contract/desk.ts';
import { ok } from '../../../../../core/contract/result.ts';
import type { HttpRequest, HttpResponse } from '../../../../../core/ports/ports.ts';
import { caldav } from '../../../../../core/vendors/caldav/index.ts';
import type { VendorModule } from '../../../../../core/vendors/vendor.ts';
import { createKeptKeys, type KeptKey } from '../../../../../main/services/kept/keys.ts';
import { createLane } from '../../../../../main/services/kept/lane.ts';
import { presentable, runTurn } from '../../../../../main/services/kept/turn.ts';
import { KEY, keyedVendor } from '../../../../support/desk.ts';
import { handClock, keptLog, settle } from '../../support/fakes.ts';

const ID = '0199a000-0000-7000-8000-000000000001';
const key: KeptKey = { system: 'keyed', fence: 3, secrets: { apiKey: KEY, other: 'another-secret' }, addresses: { baseUrl: 'https://api.keyed.example' } };
const turn = (more: Partial<DeskTurn> = {}, ask: DeskAsk = { kind: 'poll', cursor: null }): DeskTurn => ({ turnId: ID, fence: 3, connectionId: ID, system: 'keyed', settings: { baseUrl: 'https://api.keyed.example/v2' }, keys: ['apiKey'], ask, ...more });

interface Given {
  readonly vendor?: VendorModule;
  readonly held?: KeptKey | null | Error;
  readonly reply?: HttpResponse;
}
const REPLY: HttpResponse = { status: 200, headers: {}, body: JSON.stringify({ items: ['a'], next: '1', name: 'Fern', id: 'x', title: 'X' }) };

function run(given: DeskTurn, { vendor = keyedVendor(), held = key, reply = REPLY }: Given = {}) {
  const hand = handClock();
  const log = keptLog();
  const sent: HttpRequest[] = [];
  const answer = runTurn(given, {
    log, clock: hand, timers: hand.timers, vendors: (system) => (system === vendor.manifest.id ? vendor : null),
    keys: { get: () => (held instanceof Error ? Promise.reject(held) : Promise.resolve(held)) },
    http: {
      send: (request) => {
        sent.push(request);
        return Promise.resolve(reply);
      },
    },
  });
  return { answer, sent, log, hand };
}

describe('a turn', () => {
  it('is called with the key of the keychain, and says what came', async () => {
    const { answer, sent } = run(turn());
    expect(await answer).toMatchObject({ outcome: 'page', cursor: '1', more: false, items: [{ key: 'a', event: 'entry' }] });
    expect(sent).toMatchObject([{ url: 'https://api.keyed.example/v2/items?after=', headers: { authorization: `Bearer ${KEY}` } }]);
    expect(await run(turn({}, { kind: 'reread', remoteType: 'entry', remoteId: 'x' })).answer).toMatchObject({ outcome: 'changes', changes: [{ kind: 'calendarEvent' }] });
    expect(await run(turn({}, { kind: 'test' })).answer).toEqual({ outcome: 'tried', tried: { outcome: 'worked', report: { account: 'Fern', details: [] } } });
  });

  it.each([
    ['desk.key_missing', turn(), null],
    ['desk.key_missing', turn({ fence: 4 }), key],
    ['desk.key_missing', turn(), { ...key, system: 'another' }],
    ['desk.system_unknown', turn({ system: 'nobody' }), key],
    ['desk.address_changed', turn({ settings: { baseUrl: 'https://evil.example' } }), key],
    ['desk.address_changed', turn({ settings: { baseUrl: 'https://api.keyed.example:444' } }), key],
    ['desk.address_changed', turn({ settings: { baseUrl: 'http://api.keyed.example' } }), key],
    ['desk.address_changed', turn({ settings: { baseUrl: 'https://api.keyed.example@evil.example' } }), key],
    ['desk.address_changed', turn({ settings: {} }), key],
    ['secrets.unavailable', turn(), new Error('locked')],
  ])('is refused with %s, and nobody is called', async (code, given, held) => {
    const { answer, sent } = run(given, { held });
    expect(await answer).toEqual({ outcome: 'refused', code });
    expect(sent).toEqual([]);
  });

  it('gives the call only the secrets that the server names', async () => {
    let seen: unknown;
    const vendor: VendorModule = { ...keyedVendor(), test: (access) => ((seen = access.secrets), Promise.resolve(ok({ account: null, details: [] }))) };
    await run(turn({ keys: ['other', 'nothing'] }, { kind: 'test' }), { vendor }).answer;
    expect(seen).toEqual({ other: 'another-secret' });
  });

  it('ends when the source hangs, and when the folder throws', async () => {
    const hanging = run(turn(), { vendor: { ...keyedVendor(), poll: { ...keyedVendor().poll!, read: () => new Promise(() => undefined) } } });
    await settle();
    hanging.hand.advance(60_000);
    expect(await hanging.answer).toMatchObject({ outcome: 'failed', code: 'normalise.reread_failed', retryable: true });
    const throwing = run(turn(), { vendor: { ...keyedVendor(), poll: { ...keyedVendor().poll!, read: () => Promise.reject(new Error(`broke on ${KEY}`)) } } });
    expect(JSON.stringify(await throwing.answer)).not.toContain(KEY);
  });
});

describe('a turn about calendars', () => {
  const dav: KeptKey = { system: 'caldav', fence: 3, secrets: { password: 'a-fixture-of-the-keychain' }, addresses: { serverUrl: 'https://dav.example' } };
  const settings = { serverUrl: 'https://dav.example/', userName: 'ada' };
  const event = {
    ourId: '0199a000-0000-7000-8000-000000000002', title: 'Amara & Tom', when: { kind: 'times' as const, startsAt: 1_800_000_000_000, endsAt: 1_800_003_600_000, zone: 'Europe/London' },
    status: 'confirmed' as const, busy: true, privacy: 'full' as const, busyText: 'Taken', sequence: 1, changedAt: 1_790_000_000_000,
  };
  const write = (calendarRef: string): DeskAsk => ({ kind: 'entry_write', calendarRef, event, condition: { kind: 'create', key: 'one' } });

  it('writes with the condition that the server names, and says what became of it', async () => {
    const { answer, sent } = run(turn({ system: 'caldav', settings, keys: ['password'] }, write('https://dav.example/ada/hall/')), { vendor: caldav, held: dav, reply: { status: 201, headers: { etag: '"7"' }, body: '' } });
    expect(await answer).toMatchObject({ outcome: 'written', written: { etag: '"7"', already: false } });
    expect(sent).toMatchObject([{ method: 'PUT', headers: { 'if-none-match': '*' } }]);
    expect(sent[0]?.url).toMatch(/^https:\/\/dav\.example\/ada\/hall\//);
  });

  it('sends the key to no calendar of another host, whatever the server names', async () => {
    for (const ref of ['https://evil.example/ada/hall/', 'http://dav.example/ada/hall/', 'https://dav.example.evil.example/hall/', 'https://dav.example@evil.example/hall/']) {
      const asks: DeskAsk[] = [write(ref), { kind: 'entry_remove', calendarRef: ref, remoteId: '/hall/x.ics', etag: null }, { kind: 'entry_read', calendarRef: ref, remoteId: '/hall/x.ics' }];
      for (const ask of asks) {
        const { answer, sent } = run(turn({ system: 'caldav', settings, keys: ['password'] }, ask), { vendor: caldav, held: dav });
        expect(await answer).toMatchObject({ outcome: 'trouble', code: 'calendar.refused' });
        expect(sent).toEqual([]);
      }
    }
  });

  it('calls nobody once its time is over, as after a sleep of the computer', async () => {
    let wake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    const slow: VendorModule = { ...caldav, calendar: { ...caldav.calendar!, write: async (...args) => awake.then(() => caldav.calendar!.write(...args)) } };
    const { answer, sent, hand } = run(turn({ system: 'caldav', settings, keys: ['password'], leftMs: 20_000 }, write('https://dav.example/ada/hall/')), { vendor: slow, held: dav });
    await settle();
    hand.advance(20_000);
    wake();
    expect(await answer).toMatchObject({ outcome: 'trouble', code: 'normalise.reread_failed', retryable: true });
    expect(sent).toEqual([]);
  });

  it('is refused where the system has no calendars, and an answer that has no room is none', async () => {
    expect(await run(turn({}, { kind: 'calendars' })).answer).toEqual({ outcome: 'refused', code: 'desk.system_unknown' });
    expect(presentable({ outcome: 'written', written: { remoteId: '', etag: null, sequence: 1, already: false } }, [])).toMatchObject({ outcome: 'failed', code: 'normalise.shape_unknown', retryable: false });
  });
});

describe('what is presented to the server', () => {
  const page = (body: string) => ({ outcome: 'page' as const, items: [{ key: 'k', event: 'e', body }], cursor: '1', more: false });
  const secret = 'pa"ss wörd/1';
  it.each([
    ['as it is', secret], ['in JSON within JSON', JSON.stringify({ a: secret })], ['encoded for an address', encodeURIComponent(secret)], ['in base64', Buffer.from(secret).toString('base64')],
  ])('never holds a secret %s', (_how, text) => expect(presentable(page(`x ${text} y`), [secret])).toMatchObject({ outcome: 'failed', retryable: false }));

  it('is what came, without characters that no column holds, and not too much', () => {
    expect(presentable(page('a\0b\ud800c'), [secret])).toEqual(page('ab\ufffdc'));
    expect(presentable(page('x'.repeat(DESK_ANSWER_BYTES)), [])).toMatchObject({ outcome: 'failed' });
    // So short that any text may hold it.
    expect(presentable(page('abc'), ['abc'])).toEqual(page('abc'));
  });
});

describe('the keychain', () => {
  const file = new Map<string, unknown>();
  const entries = new Map<string, string>();
  let server = 'one';
  const keys = createKeptKeys({
    server: () => server,
    file: { get: (name) => file.get(name), set: (name, value) => void file.set(name, value) },
    secrets: Promise.resolve({ available: true, get: async (name) => entries.get(name) ?? null, set: async (name, value) => void entries.set(name, value), delete: async (name) => void entries.delete(name) }),
  });

  it('has keys by server, lists what may be there, and lets go', async () => {
    await keys.put(ID, key);
    expect([await keys.get(ID), keys.list()]).toEqual([key, [ID]]);
    server = 'two';
    expect([await keys.get(ID), keys.list()]).toEqual([null, []]);
    server = 'one';
    expect(JSON.stringify([...file])).not.toContain(KEY);
    await keys.remove(ID);
    expect([await keys.get(ID), keys.list(), entries.size]).toEqual([null, [], 0]);
  });

  it('has no key where somebody else’s text stands', async () => {
    for (const text of ['{', '[]', '{"system":"keyed"}']) {
      entries.set(`connection-key one ${ID}`, text);
      expect(await keys.get(ID)).toBeNull();
    }
  });
});

it('a lane works one after another, whatever becomes of each', async () => {
  const lane = createLane();
  const order: number[] = [];
  const results = await Promise.allSettled([lane(async () => (await settle(), order.push(1))), lane(() => Promise.reject(new Error('no'))), lane(async () => order.push(3))]);
  expect([order, results.map((one) => one.status)]).toEqual([[1, 3], ['fulfilled', 'rejected', 'fulfilled']]);
});
