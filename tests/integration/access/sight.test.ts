import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Access, Role } from '../../../core/contract/access.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { AnyRow, CollectionName } from '../../../core/contract/record.ts';
import { scopeKey } from '../../../core/domain/access/may.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { viewSnapshot } from '../../../core/domain/access/view.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { letIn } from '../../support/house.ts';
import { memoryStore } from '../../support/memoryStore.ts';
import { testApp, until } from '../../support/serverApp.ts';
import { StrictClient } from '../../support/streamClient.ts';

/**
 * Every text in every version of every row is a word of its own. What a client may hear is then a set of words: those
 * in the rows that `visibleRow` gives it. The words it heard are looked for in everything that came over the line,
 * whatever code cut it.
 */

const ids = createIds();
const AT = '2026-11-20T12:00:00.000Z';
/** Sums are told apart by their size: no id, count or time of day is such a number. */
const WORD = /w[0-9]+x|\b98[0-9]{7}\b/g;
const FIRST_SUM = 980_000_000;

/** Of these nobody but the house hears a word, whatever the matrix comes to say: what it pays, asks for, rules and where its people are. */
const OF_THE_HOUSE: readonly CollectionName[] = ['resources', 'allocations', 'limits', 'houseRules', 'conflicts', 'connections', 'calendars'];

class ListeningClient extends StrictClient {
  readonly heard = new Set<string>();

  override open(): Promise<string> {
    const opened = super.open();
    this.socket?.onAny((_name: string, raw: unknown) => {
      for (const word of JSON.stringify(raw).match(WORD) ?? []) this.heard.add(word);
    });
    return opened;
  }
}

interface Step {
  readonly collection: CollectionName;
  readonly row: number;
  readonly wedding: number;
  readonly contact: number;
  readonly rule: number;
  /** What befalls the row besides: nothing, a contact is deleted, a client goes or comes back. */
  readonly also: number;
}

const COLLECTIONS = ['weddings', 'contacts', 'bookings', 'payments', 'runSheetItems', 'messages', 'documents', 'calendarEvents', 'weatherNotices', 'calendars', 'pushes', 'differences', 'alerts', 'reviewItems', 'connections', 'resources', 'allocations', 'limits', 'houseRules', 'conflicts'] as const satisfies readonly CollectionName[];
const step: fc.Arbitrary<Step> = fc.record({
  collection: fc.constantFrom<CollectionName>(...COLLECTIONS, 'bookings', 'contacts', 'payments', 'documents', 'alerts'),
  row: fc.nat(2),
  wedding: fc.nat(2),
  contact: fc.nat(2),
  rule: fc.nat(12),
  also: fc.nat(11),
});
const RULES = ['payment_failed', 'payment_refunded', 'booking_cancelled', 'call_time_moved', 'delivery_parked', 'delivery_quarantined', 'delivery_held', 'connection_failing', 'connection_warning', 'connection_disabled', 'guest_count_changed', 'double_booking', 'limit_passed'] as const;

function createWorld() {
  const store = memoryStore();
  const organisationId = store.addOrganisation().id;
  const pool = Object.fromEntries(COLLECTIONS.map((name) => [name, [ids.next(), ids.next(), ids.next()]])) as Record<CollectionName, [string, string, string]>;
  const rows = new Map<string, AnyRow>();
  const log: RecordedEvent[] = [];
  let words = 0;
  const word = () => `w${(words += 1)}x`;
  /** What a resource asks for; null = nobody has said. */
  const fee = (rule: number): number | null => (rule === 10 ? null : FIRST_SUM + (words += 1));
  const one = (from: readonly (string | null)[], index: number): string | null => from[index % from.length] ?? null;

  /** All fields of a row of that kind; every text a new word. */
  const fieldsOf = (at: Step): Record<string, unknown> => {
    const weddingId = one([pool.weddings[0], pool.weddings[1], null], at.wedding);
    const contactId = one([pool.contacts[0], pool.contacts[1], null], at.contact);
    switch (at.collection) {
      case 'weddings':
        return { title: word(), date: '2026-11-20', zone: 'Europe/London', startsAt: AT, endsAt: AT, room: word(), status: 'confirmed', guestCount: at.rule };
      case 'contacts':
        return { weddingId, name: word(), email: word(), phone: word(), company: word(), role: at.contact === 0 ? 'couple' : 'vendor' };
      case 'bookings':
        return { weddingId, title: word(), trade: 'florist', vendorName: word(), contactId, status: 'definite', startsAt: null, endsAt: null, callTime: null, place: word(), amountMinor: at.rule, currency: 'GBP' };
      case 'payments':
        return { weddingId, bookingId: one([...pool.bookings], at.contact), description: word(), payerName: word(), status: 'completed', amountMinor: 1, refundedMinor: 0, currency: 'GBP', paidAt: AT, failureReason: word() };
      case 'runSheetItems':
        return { weddingId: weddingId ?? pool.weddings[2], title: word(), startsAt: AT, endsAt: null, place: word(), owner: word(), status: 'planned' };
      case 'messages':
        return { weddingId, contactId, channel: 'sms', direction: 'in', fromName: word(), fromAddress: word(), toAddress: word(), subject: word(), text: word(), status: 'received', failureReason: word(), sentAt: AT };
      case 'documents':
        return { weddingId, bookingId: one([...pool.bookings, null], at.contact + at.rule), title: word(), kind: 'contract', status: 'shared', url: word(), sharedAt: AT };
      case 'calendarEvents':
        return { weddingId, bookingId: one([...pool.bookings], at.contact), calendar: word(), title: word(), startsAt: AT, endsAt: AT, allDay: false, zone: null, place: word(), status: 'confirmed', busy: true };
      case 'weatherNotices':
        return { weddingId, place: word(), kind: 'warning', severity: 'warning', headline: word(), detail: word(), startsAt: AT, endsAt: null, state: 'active' };
      case 'resources':
        return { kind: 'room', name: word(), keys: [word()], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, moveFeeMinor: fee(at.rule), moveFeeDays: at.rule, extraHourMinor: fee(at.contact), state: 'active' };
      case 'allocations':
        return { weddingId, bookingId: null, resourceId: pool.resources[0], title: word(), startsAt: AT, endsAt: AT, status: 'cancelled', rank: null, holdUntil: null, lockedBecause: word(), tags: [word()], units: 1, setUpMinutes: null, turnaroundMinutes: null };
      case 'limits':
        return { name: word(), rule: { kind: 'at_most', ms: 3_600_000 }, resourceIds: null, tags: [word()], overridableBy: [], state: 'active' };
      case 'houseRules':
        return { levels: { definiteWithDefinite: 'block', definiteWithHold: 'block', holdWithHold: 'block', rankedHolds: 'warn', leadWithAny: 'ignore', closedWithAny: 'block', gaps: 'warn' }, travel: { usualMinutes: at.rule, ways: [{ from: word(), to: word(), minutes: 5 }] } };
      case 'conflicts':
        return { weddingId, kind: 'overlap', level: 'warn', resourceIds: [pool.resources[0]], members: [{ collection: 'weddings', id: pool.weddings[0] }, { collection: 'weddings', id: pool.weddings[1] }], startsAt: AT, endsAt: AT, missingMs: at.rule, missingUnits: 0, raisedAt: AT, state: 'overridden', settledAt: AT, settledBy: word(), settledBecause: word() };
      case 'calendars':
        return { connectionId: pool.connections[0], name: word(), zone: null, colour: null, main: false, mayWrite: null, direction: 'outbound', privacy: 'full', strategy: 'merge', resourceId: null, everyWedding: false, invite: false, reminders: [at.rule], state: 'active', filling: { state: 'idle', reason: null, done: 0, total: null } };
      case 'pushes':
        return { weddingId, calendarId: pool.calendars[0], subject: { collection: 'weddings', id: pool.weddings[0] }, wish: 'present', state: 'failed', wantedVersion: 1, writtenVersion: null, attempts: at.rule, reason: word(), nextAttemptAt: null, writtenAt: null };
      case 'differences':
        return { weddingId, calendarId: pool.calendars[0], pushId: pool.pushes[0], subject: { collection: 'weddings', id: pool.weddings[0] }, fields: [{ name: 'title', base: word(), ours: word(), theirs: word() }], raisedAt: AT, state: 'settled', kept: 'ours', settledAt: AT, settledBy: word() };
      case 'alerts':
        return { weddingId, severity: 'warning', rule: RULES[at.rule] ?? 'payment_failed', title: word(), detail: word(), raisedAt: AT, state: 'acknowledged', acknowledgedAt: AT, acknowledgedBy: word(), subject: { collection: 'bookings', id: pool.bookings[at.contact] ?? pool.bookings[0] } };
      case 'reviewItems':
        return { deliveryId: ids.next(), connectionId: pool.connections[0], kind: 'parked', reason: word(), title: word(), receivedAt: AT, state: 'open' };
      case 'connections':
        return { system: word(), name: word(), path: 'native', health: 'healthy', healthReason: word(), healthSince: AT };
    }
  };
  const TYPES = {
    weddings: ['wedding.created', 'wedding.updated'], contacts: ['client.created', 'client.updated'], bookings: ['booking.created', 'booking.updated'], payments: ['payment.recorded', 'payment.completed'],
    runSheetItems: ['runsheet.item.created', 'runsheet.item.updated'], messages: ['message.received', 'message.updated'], documents: ['document.shared', 'document.updated'],
    calendarEvents: ['calendar.event.created', 'calendar.event.updated'], weatherNotices: ['weather.notice.issued', 'weather.notice.updated'], resources: ['resource.created', 'resource.updated'], allocations: ['allocation.created', 'allocation.updated'], limits: ['limit.created', 'limit.updated'], houseRules: ['rules.created', 'rules.updated'], conflicts: ['conflict.raised', 'conflict.updated'], calendars: ['calendar.found', 'calendar.changed'], pushes: ['push.wanted', 'push.failed'], differences: ['difference.raised', 'difference.updated'], alerts: ['alert.raised', 'alert.acknowledged'], reviewItems: ['review.opened', 'review.resolved'], connections: ['connection.created', 'connection.health_changed'],
  } as const;

  const draft = (at: Step): EventDraft | null => {
    const id = pool[at.collection][at.row] ?? pool[at.collection][0];
    const context: DraftContext = { actor: { kind: 'vendor', id: word(), name: word() }, source: { system: word(), connectionId: pool.connections[0], remoteId: word() }, deliveryId: ids.next() };
    const current = rows.get(id);
    const fields = { id, ...fieldsOf(at) } as never;
    const weddingId = at.collection === 'weddings' ? id : (one([pool.weddings[0], pool.weddings[1], null], at.wedding));
    const [created, updated] = TYPES[at.collection];
    if (!current) return draftCreated(created, at.collection, weddingId, fields, null, context);
    if (at.collection === 'contacts' && at.also === 0) {
      rows.delete(id);
      return draftUpdated('client.deleted', 'contacts', weddingId, current as never, {}, null, context);
    }
    // Half of the changes leave the words alone and only move the row.
    const changed = at.also % 2 === 0 ? fields : (Object.fromEntries(Object.entries(fields as Record<string, unknown>).filter(([, value]) => typeof value !== 'string' || !/^w[0-9]+x$/.test(value))) as never);
    return draftUpdated(updated, at.collection, weddingId, current as never, changed, null, context);
  };

  const act = (at: Step): void => {
    const made = draft(at);
    if (!made) return;
    store.commit(organisationId, [
      (seq) => {
        const row: AnyRow = { ...made.row, seq, updatedAt: AT };
        if (made.type !== 'client.deleted') rows.set(row.id, row);
        const event = { ...made, row, seq, id: ids.next(), occurredAt: AT, recordedAt: new Date().toISOString() } as unknown as RecordedEvent;
        log.push(event);
        return event;
      },
    ]);
  };
  const scopes = (): { access: Access; weddingId?: string }[] => {
    const [here, there] = pool.weddings;
    const [florist] = pool.contacts;
    const bound = (role: Role, weddingId: string | null, more: Partial<Access> = {}): Access => ({ role, weddingId, contactId: null, bookingIds: [], ...more });
    return [
      { access: bound('vendor', here, { contactId: florist, bookingIds: [pool.bookings[0]] }) },
      { access: bound('vendor', there, { contactId: pool.contacts[1], bookingIds: [pool.bookings[0], pool.bookings[1]] }) },
      { access: bound('vendor', here, { bookingIds: [pool.bookings[2]] }), weddingId: here },
      { access: bound('couple', here) },
      { access: bound('couple', there) },
      { access: bound('partner', null) },
      { access: bound('partner', here) },
      { access: bound('staff', null) },
      { access: bound('owner', null), weddingId: there },
    ];
  };
  return { store, organisationId, log, act, scopes };
}

let frames = 0;
let removals = 0;
let sums = 0;

it('no client ever hears a word of what it may not see, and what it holds is what it may see', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 160 }), async (steps) => {
      const world = createWorld();
      const test = testApp(world.store);
      const url = await test.listen();
      const clients: { client: ListeningClient; access: Access; weddingId: string | undefined; away: boolean }[] = [];
      try {
        for (const { access, weddingId } of world.scopes()) {
          const { token } = await letIn(world.store, world.organisationId, access);
          // Two of each: one from the beginning, one that comes in the middle.
          for (const late of [false, true]) clients.push({ client: new ListeningClient(url, { token, ...(weddingId ? { weddingId } : {}) }), access, weddingId, away: late });
        }
        for (const one of clients) if (!one.away) expect(await one.client.open()).toBe('open');
        for (const [index, at] of steps.entries()) {
          world.act(at);
          const one = clients[(index * 7 + at.rule) % clients.length];
          if (one && at.also > 8 && index > 20) {
            if (one.away) await one.client.open();
            else one.client.close();
            one.away = !one.away;
          }
          if (at.also === 3) await new Promise((resolve) => setTimeout(resolve, 12));
        }
        for (const one of clients) if (one.away) await one.client.open();
        const head = await world.store.headSeq(world.organisationId);
        await until(() => clients.every(({ client }) => client.state !== null && client.seq === head), 'everybody at the head');

        const snapshot = await world.store.snapshot(world.organisationId);
        for (const { client, access, weddingId } of clients) {
          const subject = { organisationId: world.organisationId, ...access };
          expect(client.faults).toEqual([]);
          expect(client.state?.tables).toEqual(fromSnapshot(viewSnapshot({ subject, weddingId: weddingId ?? null }, snapshot)).tables);
          const house = access.role === 'owner' || access.role === 'staff';
          if (!house) {
            const allowed = new Set(world.log.flatMap((event) => JSON.stringify(visibleRow(subject, event.collection, event.row)).match(WORD) ?? []));
            expect([scopeKey(access), [...client.heard].filter((word) => !allowed.has(word))]).toEqual([scopeKey(access), []]);
            const kept = new Set(world.log.filter(({ collection }) => OF_THE_HOUSE.includes(collection)).flatMap(({ row }) => JSON.stringify(row).match(WORD) ?? []));
            expect([scopeKey(access), [...client.heard].filter((word) => kept.has(word))]).toEqual([scopeKey(access), []]);
            sums += [...kept].filter((word) => !word.startsWith('w')).length;
          }
          frames += client.frames.length;
          removals += client.frames.reduce((sum, frame) => sum + (frame.removed?.length ?? 0), 0);
        }
      } finally {
        for (const { client } of clients) client.close();
        await test.app.close();
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
  console.log(`access: ${frames} frames read, ${removals} rows told as removed, nothing heard that was not for the listener`);
  expect(removals).toBeGreaterThan(50);
  expect(sums, 'there were sums to be heard').toBeGreaterThan(50);
});
