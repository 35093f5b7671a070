import { expect } from 'vitest';
import { CalendarEvent, WeatherNotice, Wedding } from '../../core/contract/record/day.ts';
import { Contact, Message } from '../../core/contract/record/people.ts';
import { Booking, Document, Payment } from '../../core/contract/record/trade.ts';
import type { Result } from '../../core/contract/result.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { planChanges } from '../../core/domain/record/plan.ts';
import type { View } from '../../core/domain/record/view.ts';
import type { Http, HttpResponse } from '../../core/ports/ports.ts';
import { contact } from '../support/builders.ts';
import type { Normalised, NormaliseError } from '../../core/vendors/vendor.ts';

const FIELDS = { wedding: Wedding, contact: Contact, booking: Booking, payment: Payment, message: Message, document: Document, calendarEvent: CalendarEvent, weather: WeatherNotice } as const;
const EMPTY_VIEW: View = {
  mapping: () => null, row: () => null, weddingsByEmail: () => [], weddingsByDate: () => [], contactsByEmail: () => [], contactsByPhone: () => [], tellers: () => [], unresolvedAlerts: () => [],
};
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A change must fit the contract as it is: nothing behind the vendor checks or trims it again. */
export function expectFits(change: Change): void {
  const fields = FIELDS[change.kind].partial().strict().safeParse(change.fields);
  expect(fields.success, `${change.kind} ${JSON.stringify(change.fields)}: ${fields.error?.message}`).toBe(true);
  expect(change.remote.type).not.toBe('');
  expect(change.remote.id).not.toBe('');
  expect(change.remote.id.length).toBeLessThanOrEqual(400);
  if (change.kind === 'contact' && change.consent) expect(change.consent.at).toMatch(INSTANT);
  if (change.occurredAt !== null) expect(change.occurredAt).toMatch(INSTANT);
  let n = 0;
  const context = { actor: { kind: 'vendor', id: null, name: 'test' }, source: { system: 'test', connectionId: null, remoteId: null }, deliveryId: null } as const;
  // What is said only of people who are known is said to one who is.
  const known = change.kind === 'contact' && change.knownOnly === true ? { ...EMPTY_VIEW, contactsByEmail: (email: string) => [contact({ email })] } : EMPTY_VIEW;
  const plan = planChanges([change], known, context, () => `0199a000-0000-7000-8000-${String(++n).padStart(12, '0')}`);
  // Taking away what was never here is nothing; everything else is.
  const takesAway = ('deleted' in change && change.deleted === true) || (change.kind === 'weather' && change.fields.state === 'ended');
  if (!takesAway) expect(plan.drafts.length + plan.parked.length, JSON.stringify(change)).toBeGreaterThan(0);
}

/** Understood, and what it says fits. */
export function expectUnderstood(meant: Result<Normalised, NormaliseError>): void {
  if (!meant.ok) throw new Error(`${meant.error.code}: ${meant.error.message}`);
  if (meant.value.kind === 'changes') {
    expect(meant.value.changes.length).toBeGreaterThan(0);
    meant.value.changes.forEach(expectFits);
  } else if (meant.value.kind === 'reread') expect(meant.value.hints.length).toBeGreaterThan(0);
  else if (meant.value.kind === 'ignored') expect(meant.value.why).not.toBe('');
}

export const always = (response: HttpResponse): Http => ({ send: () => Promise.resolve(response) });
export const unreachable: Http = { send: () => Promise.reject(new Error('socket hang up')) };
