import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../../core/contract/access.ts';
import { COLLECTION_NAMES } from '../../../../core/contract/record.ts';
import { COMMANDS, ENDPOINTS, REVOCATIONS, ROOMS, TICKETS } from '../../../../core/domain/access/matrix.ts';
import { may, scopeKey, type Action, type Subject } from '../../../../core/domain/access/may.ts';
import { decideRow, seesEverything } from '../../../../core/domain/access/rows.ts';
import { wantedTicket } from '../../../../core/domain/access/tickets.ts';
import { renewed } from '../../../../scripts/access.ts';
import { fixtureSnapshot } from '../../../support/fixtures/record.ts';
import { alert, booking, contact, payment, testId, wedding } from '../../../support/builders.ts';

const organisationId = testId();
const here = testId();
const elsewhere = testId();
const me = contact({ role: 'vendor', weddingId: null, phone: '1' });
const mine = booking({ weddingId: here, contactId: me.id, amountMinor: 5, currency: 'GBP' });
const subject = (role: Role, fields: Partial<Subject> = {}): Subject => ({ organisationId, role, weddingId: null, contactId: null, bookingIds: [], ...fields });
const vendor = subject('vendor', { weddingId: here, contactId: me.id, bookingIds: [mine.id] });
const couple = subject('couple', { weddingId: here });

it('is what its page says', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/access.md'), 'utf8');
  expect(page).toBe(renewed(page));
});

describe('may', () => {
  const actions = [...Object.keys(ENDPOINTS).map((name) => `http:${name}`), ...Object.keys(COMMANDS).map((name) => `command:${name}`), ...Object.keys(ROOMS).map((name) => `stream:${name}`), ...Object.keys(TICKETS).map((name) => `ticket:${name}`), ...Object.keys(REVOCATIONS).map((name) => `revoke:${name}`)] as Action[];

  it.each(ROLES)('lets %s do nothing to another organisation, bound or not, and says why', (role) => {
    for (const action of actions) for (const weddingId of [null, here]) expect(may(subject(role, { weddingId }), action, { organisationId: testId() })).toEqual({ allowed: false, reason: 'other_organisation' });
  });

  it.each(ROLES)('lets %s, bound to a wedding, do nothing to another and not hear the whole house', (role) => {
    for (const action of actions) expect(may(subject(role, { weddingId: here }), action, { weddingId: elsewhere }).allowed).toBe(false);
    expect(may(subject(role, { weddingId: here }), 'stream:organisation').allowed).toBe(false);
  });

  it('is closed for what nobody has heard of', () => {
    for (const action of ['http:nothing', 'http:toString', 'http:__proto__', 'command:', 'nonsense', 'stream:constructor'] as unknown as Action[]) {
      expect(() => may(subject('owner'), action)).not.toThrow();
      expect(may(subject('owner'), action)).toEqual({ allowed: false, reason: 'role' });
    }
  });

  it('tells a vendor or a couple of no wedding only who they are', () => {
    for (const role of ['vendor', 'couple'] as const) expect(actions.filter((action) => may(subject(role), action).allowed)).toEqual(['http:me']);
  });

  it('lets nobody make a link for, or revoke, who stands above them', () => {
    const standing: readonly Role[] = ['partner', 'couple', 'vendor', 'staff', 'coordinator', 'owner'];
    for (const role of ROLES) for (const other of ROLES) if (may(subject(role), `ticket:${other}`).allowed) expect(standing.indexOf(role)).toBeGreaterThanOrEqual(standing.indexOf(other));
    expect(may(subject('staff'), 'http:devices').allowed).toBe(false);
    expect(may(subject('owner'), 'revoke:platform_admin').allowed).toBe(true);
  });
});

describe('visibleRow', () => {
  it('tells the house everything as it is', () => {
    for (const role of ['owner', 'coordinator', 'staff'] as const) {
      expect(seesEverything(subject(role))).toBe(true);
      const row = payment();
      expect(decideRow(subject(role), 'payments', row)).toEqual({ row, reason: 'whole' });
    }
    for (const one of [vendor, couple, subject('partner'), subject('platform_admin')]) expect(seesEverything(one)).toBe(false);
  });

  it('tells a vendor its own and the others’ names', () => {
    expect(decideRow(vendor, 'bookings', mine)).toEqual({ row: mine, reason: 'redacted' });
    expect(decideRow(vendor, 'bookings', booking({ weddingId: here })).reason).toBe('not_own');
    expect(decideRow(vendor, 'bookings', { ...mine, weddingId: elsewhere }).reason).toBe('other_wedding');
    expect(decideRow(vendor, 'bookings', { ...mine, contactId: testId() }).reason).toBe('not_own');
    expect(decideRow(vendor, 'payments', payment({ weddingId: here, bookingId: mine.id })).reason).toBe('redacted');
    expect(decideRow(vendor, 'payments', payment({ weddingId: here })).reason).toBe('not_own');
    expect(decideRow(vendor, 'contacts', me).row).toMatchObject({ email: me.email, phone: '1' });
    expect(decideRow(vendor, 'contacts', contact({ weddingId: here, phone: '2' })).row).toMatchObject({ name: 'Amara Okafor', email: null, phone: null });
    expect(decideRow(vendor, 'contacts', { ...me, weddingId: elsewhere }).row).toMatchObject({ phone: '1', weddingId: null });
    expect(decideRow(vendor, 'alerts', alert({ weddingId: here, rule: 'payment_failed' })).reason).toBe('not_own');
    expect(decideRow(vendor, 'alerts', alert({ weddingId: here, rule: 'call_time_moved', subject: { collection: 'bookings', id: mine.id } })).reason).toBe('redacted');
    expect(decideRow(vendor, 'alerts', alert({ weddingId: here, rule: 'call_time_moved', subject: { collection: 'bookings', id: testId() } })).reason).toBe('not_own');
  });

  it('tells a couple of its wedding, and not what the venue pays whom', () => {
    expect(decideRow(couple, 'weddings', wedding({ id: here })).reason).toBe('redacted');
    expect(decideRow(couple, 'weddings', wedding()).reason).toBe('other_wedding');
    expect(decideRow(couple, 'bookings', mine).row).toMatchObject({ title: mine.title, amountMinor: null, currency: null });
    expect(decideRow(couple, 'payments', payment({ weddingId: here })).reason).toBe('redacted');
    expect(decideRow(couple, 'payments', payment({ weddingId: elsewhere })).reason).toBe('other_wedding');
    expect(decideRow(couple, 'contacts', contact({ weddingId: here, role: 'couple' })).row?.email).not.toBeNull();
    expect(decideRow(couple, 'contacts', contact({ weddingId: here, role: 'planner' })).row?.email).toBeNull();
    expect(decideRow(couple, 'alerts', alert({ weddingId: here })).reason).toBe('not_for_role');
  });

  it('tells a vendor the papers of its bookings, everybody of the wedding the weather, and only the house messages and calendars', () => {
    const { messages, documents, calendarEvents, weatherNotices } = fixtureSnapshot({ now: Date.parse('2026-11-20T12:00:00.000Z') }).rows;
    const [said, paper, entry, notice] = [messages[0], documents[0], calendarEvents[0], weatherNotices[0]];
    if (!said || !paper || !entry || !notice) throw new Error('fixture');
    expect(decideRow(vendor, 'documents', { ...paper, weddingId: here, bookingId: mine.id })).toMatchObject({ reason: 'redacted', row: { title: paper.title, url: paper.url, source: null } });
    expect(decideRow(vendor, 'documents', { ...paper, weddingId: here, bookingId: null }).reason).toBe('not_own');
    for (const one of [couple, subject('partner')]) expect(decideRow(one, 'documents', { ...paper, weddingId: here, bookingId: mine.id }).reason).toBe('not_for_role');
    for (const one of [vendor, couple, subject('partner')]) {
      expect(decideRow(one, 'weatherNotices', { ...notice, weddingId: here })).toMatchObject({ reason: 'redacted', row: { headline: notice.headline, detail: notice.detail, source: null } });
      expect(decideRow(one, 'messages', { ...said, weddingId: here }).reason).toBe('not_for_role');
      expect(decideRow(one, 'calendarEvents', { ...entry, weddingId: here }).reason).toBe('not_for_role');
    }
    for (const one of [vendor, couple]) expect(decideRow(one, 'weatherNotices', { ...notice, weddingId: elsewhere }).reason).toBe('other_wedding');
  });

  it('gives a broken grant nothing at all', () => {
    for (const role of ['vendor', 'couple'] as const) expect(decideRow(subject(role), 'weddings', wedding()).row).toBeNull();
    expect(COLLECTION_NAMES.length).toBe(20);
  });
});

it('a ticket names what its role needs and nothing more', () => {
  const owner = subject('owner');
  expect(wantedTicket(owner, {})).toEqual({ ok: true, value: { role: 'owner', weddingId: null, contactId: null } });
  expect(wantedTicket(owner, { role: 'vendor', weddingId: here })).toEqual({ ok: false, error: 'contact_missing' });
  expect(wantedTicket(owner, { role: 'couple' })).toEqual({ ok: false, error: 'wedding_missing' });
  expect(wantedTicket(owner, { role: 'staff', weddingId: here })).toEqual({ ok: false, error: 'too_much' });
  expect(wantedTicket(owner, { role: 'couple', weddingId: here, contactId: here })).toEqual({ ok: false, error: 'too_much' });
  expect(wantedTicket(owner, { role: 'partner', weddingId: here }).ok).toBe(true);
});

it('groups devices that see the same', () => {
  expect(scopeKey({ ...vendor, bookingIds: ['b', 'a'] })).toBe(scopeKey({ ...vendor, bookingIds: ['a', 'b'] }));
  expect(scopeKey(vendor)).not.toBe(scopeKey(couple));
});
