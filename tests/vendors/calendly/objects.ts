/** One account's objects in the documented shapes; made up. */

export const API = 'https://api.calendly.com';

export interface Slot {
  readonly event: string;
  readonly invitee: string;
  readonly start: string;
  readonly end: string;
  readonly updated: string;
}
/** An appointment, moved once, and moved again. */
export const SLOTS = {
  first: { event: 'EVT00001', invitee: 'INV00001', start: '2027-03-27T10:00:00.000000Z', end: '2027-03-27T11:00:00.000000Z', updated: '2026-11-01T10:00:00.000000Z' },
  second: { event: 'EVT00002', invitee: 'INV00002', start: '2027-03-28T01:30:00.000000Z', end: '2027-03-28T02:30:00.000000Z', updated: '2026-11-02T10:00:00.000000Z' },
  third: { event: 'EVT00003', invitee: 'INV00003', start: '2027-03-29T09:00:00.000000Z', end: '2027-03-29T10:00:00.000000Z', updated: '2026-11-03T10:00:00.000000Z' },
} as const satisfies Readonly<Record<string, Slot>>;

export const eventUri = (slot: Slot): string => `${API}/scheduled_events/${slot.event}`;
export const inviteeUri = (slot: Slot): string => `${eventUri(slot)}/invitees/${slot.invitee}`;

export const event = (slot: Slot, change: object = {}) => ({
  uri: eventUri(slot),
  name: 'Cake tasting',
  status: 'active',
  start_time: slot.start,
  end_time: slot.end,
  event_type: `${API}/event_types/ETFIXTURE`,
  location: { type: 'physical', location: 'The bakery, Bath' },
  invitees_counter: { total: 1, active: 1, limit: 1 },
  created_at: slot.updated,
  updated_at: slot.updated,
  ...change,
});

export const invitee = (slot: Slot, change: object = {}) => ({
  uri: inviteeUri(slot),
  email: 'Couple@Example.org',
  name: 'Ada Example',
  status: 'active',
  timezone: 'Europe/London',
  event: eventUri(slot),
  text_reminder_number: '+44 7700 900123',
  rescheduled: false,
  created_at: slot.updated,
  updated_at: slot.updated,
  ...change,
});

export const user = { uri: `${API}/users/USERFIXTURE`, name: 'Rose Bakery', email: 'rose@example.org', timezone: 'Europe/London', current_organization: `${API}/organizations/ORGFIXTURE` };
