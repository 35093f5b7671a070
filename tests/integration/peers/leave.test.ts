import type { Emulator } from 'emulate';
import { afterEach, describe, expect, it } from 'vitest';
import { DESKTOP_LEAVE_ADDRESS, DESKTOP_LEAVE_LOCALHOST } from '../../../core/contract/systems.ts';
import { googleCalendar } from '../../../core/vendors/google-calendar/index.ts';
import { microsoftGraph } from '../../../core/vendors/microsoft-graph/index.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { formOf, startEmulated } from '../../support/emulated.ts';
import { leaveAt, openLeavingHouse, type LeavingHouse } from '../../support/leaving.ts';
import { outgoing, valueOf } from '../../vendors/calendarWrites.ts';

/** Leave at the stand-ins of Google and Microsoft by other people: their page, their button, their tokens; then their interface. */
const CLIENT = { client_id: 'wedsync-peer', client_secret: 'peer-client-secret' };
const PERSON = 'events@orchard.example';

let peer: Emulator | null = null;
let house: LeavingHouse | null = null;
afterEach(async () => {
  await house?.close();
  await peer?.close();
  [house, peer] = [null, null];
});

interface Begun {
  readonly peer: Emulator;
  readonly house: LeavingHouse;
  /** Asks for leave, presses the button of that person, and brings the answer back. */
  readonly give: (id: string) => Promise<void>;
  readonly connect: (settings: Readonly<Record<string, string>>) => Promise<string>;
}

async function begin(service: 'google' | 'microsoft', vendor: VendorModule, authorize: string, token: string, seed: object): Promise<Begun> {
  // Microsoft's form takes no 127.0.0.1, so only the name is registered there.
  const back = service === 'microsoft' ? DESKTOP_LEAVE_LOCALHOST : DESKTOP_LEAVE_ADDRESS;
  const started = await startEmulated(service, { users: [{ email: PERSON, name: 'Orchard Events' }], oauth_clients: [{ ...CLIENT, name: 'WedSync', redirect_uris: [back] }], ...seed });
  peer = started;
  const opened = await openLeavingHouse(leaveAt(vendor, `${started.url}${authorize}`, `${started.url}${token}`), new URL(started.url).host);
  house = opened;
  return {
    peer: started,
    house: opened,
    async connect(settings) {
      const { connection } = await opened.owner.get('connect', { body: { system: vendor.manifest.id, path: 'native', settings: { clientId: CLIENT.client_id, ...settings }, secrets: { clientSecret: CLIENT.client_secret } } });
      return connection.id;
    },
    async give(id) {
      const { authorizeUrl } = await opened.owner.get('askLeave', { id, body: { redirectUri: DESKTOP_LEAVE_ADDRESS } });
      const { action, fields } = formOf(await (await fetch(authorizeUrl)).text(), PERSON);
      const answered = await fetch(new URL(action, started.url), { method: 'POST', body: fields, redirect: 'manual' });
      const callbackUrl = answered.headers.get('location') ?? '';
      expect(callbackUrl.startsWith(back)).toBe(true);
      await opened.owner.get('leaveGiven', { body: { callbackUrl } });
    },
  };
}

async function accessOf(opened: LeavingHouse, id: string) {
  const access = await opened.access(id);
  if (!access.ok) throw new Error(access.error.message);
  return access.value;
}

describe('Google', () => {
  const CALENDAR = 'team@orchard.example';
  const OTHER = 'barn@orchard.example';
  const at = (hour: number) => ({ dateTime: new Date(Date.now() + hour * 3_600_000).toISOString() });

  it('gives leave, and its calendar is looked at with the tokens of it', async () => {
    const { peer: google, house: opened, give, connect } = await begin('google', googleCalendar, '/o/oauth2/v2/auth', '/oauth2/token', {
      calendars: [{ id: CALENDAR, user_email: PERSON, summary: 'Team', time_zone: 'Europe/London' }],
    });
    const id = await connect({ calendarId: CALENDAR, baseUrl: `${google.url}/calendar/v3` });
    await give(id);
    expect((await opened.owner.get('setup', { id })).leave).toMatchObject({ given: true, ended: false });

    const access = await accessOf(opened, id);
    const write = (method: string, path: string, body?: object) =>
      fetch(`${google.url}/calendar/v3/calendars/${encodeURIComponent(CALENDAR)}/events${path}`, {
        method, headers: { authorization: `Bearer ${access.secrets['accessToken'] ?? ''}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const made = (await (await write('POST', '', { summary: 'Tasting', start: at(24), end: at(26), location: 'The Barn' })).json()) as { id: string };
    await write('POST', '', { summary: 'Fitting', start: at(48), end: at(49) });

    const ports = { http: opened.http(), clock: opened.clock };
    const look = async (cursor: string | null) => {
      const page = await googleCalendar.poll!.read(cursor, await accessOf(opened, id), ports);
      if (!page.ok) throw new Error(page.error.message);
      const meant = page.value.items.map(({ body, event }) => googleCalendar.poll!.normalise({ bodyText: body, mediaType: 'application/json', vendorEvent: event, receivedAt: new Date(opened.clock.now()).toISOString(), settings: access.settings }));
      const titles = meant.flatMap((each) => (each.ok && each.value.kind === 'changes' ? each.value.changes : [])).map((change) => (change.kind === 'calendarEvent' ? change.fields.title : null));
      return { titles: titles.sort(), keys: page.value.items.map(({ key }) => key).sort(), cursor: page.value.cursor };
    };
    const first = await look(null);
    expect(first.titles).toEqual(['Fitting', 'Tasting']);
    // The stand-in has no sync tokens: the next look is a whole one again, under the same keys.
    const again = await look(first.cursor);
    expect(again.keys).toEqual(first.keys);
    expect((await write('DELETE', `/${made.id}`)).status).toBe(204);
    // Nor does it tell what was taken away; what is left is known.
    expect((await look(again.cursor)).titles).toEqual(['Fitting']);

    // A refresh token that the vendor does not change stays.
    const before = await accessOf(opened, id);
    opened.clock.advance(3_500_000);
    const after = await accessOf(opened, id);
    expect(after.secrets['accessToken']).not.toBe(before.secrets['accessToken']);
    expect(after.secrets['refreshToken']).toBe(before.secrets['refreshToken']);
    expect((await look(null)).titles).toEqual(['Fitting']);
  }, 60_000);

  it('lists calendars, and takes and gives up entries of ours; several calendars are looked at', async () => {
    const { peer: google, house: opened, give, connect } = await begin('google', googleCalendar, '/o/oauth2/v2/auth', '/oauth2/token', {
      calendars: [{ id: CALENDAR, user_email: PERSON, summary: 'Team', time_zone: 'Europe/London' }, { id: OTHER, user_email: PERSON, summary: 'Barn', time_zone: 'Europe/London' }],
    });
    const id = await connect({ calendarId: CALENDAR, baseUrl: `${google.url}/calendar/v3` });
    await give(id);
    const access = await accessOf(opened, id);
    const ports = { http: opened.http(), clock: opened.clock };
    const part = googleCalendar.calendar!;
    expect(valueOf(await part.calendars(ports, access)).map(({ remoteId, name }) => [remoteId, name])).toEqual(expect.arrayContaining([[CALENDAR, 'Team'], [OTHER, 'Barn']]));
    const event = outgoing();
    const made = valueOf(await part.write(ports, access, OTHER, event, { kind: 'create', key: `${event.ourId}-1` }));
    const look = async () => valueOf(await googleCalendar.poll!.read(null, { ...access, listened: [{ calendarRef: OTHER, oursOnly: false }] }, ports)).items.map(({ body }) => JSON.parse(body) as { calendarRef: string; event: { summary: string } });
    expect((await look()).map((each) => [each.calendarRef, each.event.summary])).toEqual([[OTHER, event.title]]);
    // The stand-in knows neither an entry by itself nor a change of one: that is for our own, held against Google's description.
    expect(await part.read(ports, access, OTHER, made.remoteId)).toEqual({ ok: true, value: null });
    expect(valueOf(await part.remove(ports, access, OTHER, made.remoteId, null))).toBe('done');
    expect(await look()).toEqual([]);
  }, 60_000);

  it('a calendar that it does not have, and a token that it does not know, are refused for good', async () => {
    const { peer: google, house: opened, give, connect } = await begin('google', googleCalendar, '/o/oauth2/v2/auth', '/oauth2/token', {});
    const id = await connect({ calendarId: 'nobody@orchard.example', baseUrl: `${google.url}/calendar/v3` });
    await give(id);
    const access = await accessOf(opened, id);
    const ports = { http: opened.http(), clock: opened.clock };
    expect(await googleCalendar.poll!.read(null, access, ports)).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
    expect(await googleCalendar.poll!.read(null, { ...access, secrets: { ...access.secrets, accessToken: 'google_wrong' } }, ports)).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
  }, 60_000);
});

describe('Microsoft', () => {
  it('gives leave, says whose account it is, and renews access; it has no calendar, and a look says so', async () => {
    const { peer: microsoft, house: opened, give, connect } = await begin('microsoft', microsoftGraph, '/oauth2/v2.0/authorize', '/oauth2/v2.0/token', {});
    const id = await connect({ baseUrl: `${microsoft.url}/v1.0` });
    await give(id);
    const access = await accessOf(opened, id);
    const ports = { http: opened.http(), clock: opened.clock };
    expect(await microsoftGraph.test!(access, ports)).toEqual({ ok: true, value: { account: 'Orchard Events', details: ['The sign-in works'] } });
    expect(await microsoftGraph.poll!.read(null, access, ports)).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
    opened.clock.advance(3_500_000);
    const renewed = await accessOf(opened, id);
    expect(renewed.secrets['accessToken']).not.toBe(access.secrets['accessToken']);
    expect(await microsoftGraph.test!(renewed, ports)).toMatchObject({ ok: true });
  }, 60_000);
});
