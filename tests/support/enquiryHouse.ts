import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { EnquiryPageAnswer, NEW_ENQUIRY_SETTINGS, type EnquirySettings } from '../../core/contract/enquiries.ts';
import type { Config } from '../../server/config.ts';
import { letIn } from './house.ts';
import { testApp, type TestApp } from './serverApp.ts';
import { openTestStore, settableClock, type TestStore } from './store.ts';
import { takingHouse } from './taking.ts';

/** A house with one room and a page on which couples ask for a day of it, for all tests of a file. A file calls `useEnquiryHouse` once. */

export const NOW = '2027-05-20T12:00:00.000Z';
export const PUBLIC = 'https://house.example';
/** At the same moment before each test. */
export const clock = settableClock(NOW);
const BOUNDLESS = 1_000_000;

export let t: TestStore;
export let test: TestApp;
export let house: ReturnType<typeof takingHouse>;
/** Of its owner. */
export let headers: { authorization: string };
/** Id of the room. */
export let hall: string;

/** @param limits - what this file says of the server's settings; nobody is slowed down unless it says so */
export function useEnquiryHouse(limits: Partial<Config> = {}): void {
  beforeAll(async () => {
    t = await openTestStore({ clock });
    const unlimited = { managingPerMinute: BOUNDLESS, strangerPerMinute: BOUNDLESS, apiPerMinute: BOUNDLESS, enquiryPagesPerMinute: BOUNDLESS, enquiriesPerHour: BOUNDLESS };
    test = testApp(t.store, { clock, config: { publicUrl: PUBLIC, ...unlimited, ...limits } });
    house = takingHouse(t);
    headers = (await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] })).headers;
    hall = await house.resource('room', 'Great Hall');
  });
  afterAll(async () => {
    await test.app.close();
    await t.cleanup();
  });
  beforeEach(() => clock.set(NOW));
}

/** The page's settings as they would be saved over what stands, by the owner unless somebody else is named. */
export async function save(settings: Partial<EnquirySettings>, as = headers) {
  const { version } = EnquiryPageAnswer.parse((await test.app.inject({ url: '/api/enquiries/page', headers: as })).json());
  const payload = { basedOnVersion: version, settings: { ...NEW_ENQUIRY_SETTINGS, open: true, roomIds: [hall], ...settings } };
  return test.app.inject({ method: 'PUT', url: '/api/enquiries/page', headers: as, payload });
}

/** The same, saved: the page's path. */
export async function set(settings: Partial<EnquirySettings> = {}, as = headers): Promise<string> {
  const saved = await save(settings, as);
  expect(saved.statusCode, saved.payload).toBe(200);
  return EnquiryPageAnswer.parse(saved.json()).url?.slice(PUBLIC.length) ?? '';
}

/** The form as a couple fills it in, with what this one says otherwise. */
export const filledIn = (fields: Record<string, string> = {}) => ({
  names: 'Ines Duarte and Tom Okafor', email: 'ines@example.org', phone: '', date: '2027-06-12', room: hall, guests: '', message: '', website: '', commandId: randomUUID(), ...fields,
});
