import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import { COLLECTION_NAMES, Snapshot, type Snapshot as SnapshotShape } from '../../../../core/contract/record.ts';
import { StreamFrame } from '../../../../core/contract/stream.ts';
import { wallFrame, wallSnapshot, type WallCut } from '../../../../core/domain/access/wall.ts';
import { applyEvents, fromSnapshot, toSnapshot } from '../../../../core/domain/record/state.ts';
import { fixtureId, fixtureSnapshot, WEDDING_A } from '../../../support/fixtures/record.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const named: WallCut = { coupleNames: true, titleOf: () => null };
const full = fixtureSnapshot({ now: NOW });
const titles = new Map(full.rows.weddings.map(({ id, title }) => [id, title]));
const nameless: WallCut = { coupleNames: false, titleOf: (id) => titles.get(id) ?? null };

const VENUE_LEVELS = { definiteWithDefinite: 'block', definiteWithHold: 'block', holdWithHold: 'block', rankedHolds: 'warn', leadWithAny: 'ignore', closedWithAny: 'block', gaps: 'warn' } as const;

/** Every text field that must not reach the wall is set to a word that occurs nowhere else. */
function marked(word: (path: string) => string): SnapshotShape {
  const put = <R extends object>(row: R, fields: readonly (keyof R & string)[], name: string): R => ({ ...row, ...Object.fromEntries(fields.map((field) => [field, word(`${name}.${field}`)])) });
  const source = (name: string) => ({ system: word(`${name}.system`), connectionId: null, remoteId: word(`${name}.remoteId`) });
  const { rows } = full;
  const base = { id: WEDDING_A, version: 1, seq: 1, updatedAt: full.at, source: null };
  return {
    ...full,
    rows: {
      weddings: rows.weddings.map((row) => ({ ...row, source: source('weddings') })),
      runSheetItems: rows.runSheetItems.map((row) => ({ ...put(row, ['owner'], 'runSheetItems'), source: source('runSheetItems') })),
      contacts: rows.contacts.map((row) => put(row, ['name', 'email', 'phone', 'company'], 'contacts')),
      bookings: rows.bookings.map((row) => ({ ...put(row, ['title', 'vendorName', 'place'], 'bookings'), source: source('bookings'), amountMinor: 987_654_321 })),
      payments: rows.payments.map((row) => ({ ...put(row, ['description', 'payerName', 'failureReason'], 'payments'), amountMinor: 987_654_321 })),
      messages: rows.messages.map((row) => ({ ...put(row, ['fromName', 'fromAddress', 'toAddress', 'subject', 'text', 'failureReason'], 'messages'), source: source('messages') })),
      documents: rows.documents.map((row) => ({ ...put(row, ['title', 'url'], 'documents'), source: source('documents') })),
      calendarEvents: rows.calendarEvents.map((row) => ({ ...put(row, ['title', 'calendar', 'place'], 'calendarEvents'), source: source('calendarEvents') })),
      weatherNotices: rows.weatherNotices.map((row) => ({ ...put(row, ['detail'], 'weatherNotices'), source: source('weatherNotices') })),
      resources: [{ ...base, kind: 'room', name: word('resources.name'), keys: [word('resources.keys')], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, moveFeeMinor: 987_654_321, moveFeeDays: 987_654_321, extraHourMinor: 987_654_321, state: 'active' }],
      allocations: [],
      limits: [],
      houseRules: [{ ...base, levels: VENUE_LEVELS, travel: { usualMinutes: null, ways: [{ from: word('houseRules.from'), to: word('houseRules.to'), minutes: 40 }] } }],
      conflicts: [],
      calendars: [],
      pushes: [],
      differences: [],
      alerts: rows.alerts.map((row) => ({ ...put(row, ['title', 'detail', 'acknowledgedBy'], 'alerts'), source: source('alerts') })),
      reviewItems: rows.reviewItems.map((row) => put(row, ['title', 'reason'], 'reviewItems')),
      connections: rows.connections.map((row) => put(row, ['name', 'system', 'healthReason'], 'connections')),
    },
  };
}

const eventsOf = (snapshot: SnapshotShape, word: string): RecordedEvent[] =>
  COLLECTION_NAMES.flatMap((collection) => snapshot.rows[collection].map((row) => ({ collection, row }))).map(({ collection, row }, index) => ({
    seq: index + 1, id: fixtureId(10, index), type: { weddings: 'wedding.updated', contacts: 'client.updated', bookings: 'booking.updated', payments: 'payment.failed', runSheetItems: 'runsheet.item.updated', messages: 'message.updated', documents: 'document.updated', calendarEvents: 'calendar.event.updated', weatherNotices: 'weather.notice.updated', resources: 'resource.updated', allocations: 'allocation.updated', limits: 'limit.updated', houseRules: 'rules.updated', conflicts: 'conflict.updated', calendars: 'calendar.changed', pushes: 'push.failed', differences: 'difference.raised', alerts: 'alert.raised', reviewItems: 'review.opened', connections: 'connection.health_changed' }[collection],
    weddingId: WEDDING_A, occurredAt: new Date(NOW).toISOString(), recordedAt: new Date(NOW).toISOString(), actor: { kind: 'person', id: word, name: word }, source: { system: word, connectionId: null, remoteId: word }, deliveryId: null, before: { title: word, phone: word }, collection, row,
  }) as RecordedEvent);

describe('what a wall display is told', () => {
  it('holds no private field of any row, in a snapshot or a frame, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.boolean(), (secret, couples) => {
        const mark = `\u2603${secret}`;
        const cut = couples ? named : nameless;
        const snapshot = marked((path) => `${mark}${path}`);
        const frame = { after: 0, upTo: 999, events: eventsOf(snapshot, mark), committedAt: new Date(NOW).toISOString() };
        const told = JSON.stringify([wallSnapshot(cut, snapshot), wallFrame(cut, frame)]);
        expect(told).not.toContain('\u2603');
        expect(told).not.toContain('987654321');
      }),
      { numRuns: 60 },
    );
  });

  it('keeps numbers, addresses and amounts out of titles and places that somebody wrote them into', () => {
    const phone = fc.tuple(fc.constantFrom('+44 ', '0', '(0)', ''), fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 8, maxLength: 12 }), fc.constantFrom('', ' ', '-', '.')).map(([lead, digits, between]) => lead + digits.join(between));
    const mail = fc.emailAddress();
    const amount = fc.tuple(fc.constantFrom('£', '$', '€', 'GBP ', 'EUR'), fc.integer({ min: 1, max: 999_999 })).map(([sign, value]) => `${sign}${value.toLocaleString('en-GB')}`);
    const [item] = full.rows.runSheetItems;
    if (!item) throw new Error('no item');
    fc.assert(
      fc.property(fc.oneof(phone, mail, amount), (secret) => {
        const row = { ...item, title: `Call the florist ${secret}`, place: `Gate, ${secret}` };
        const told = wallSnapshot(named, { ...full, rows: { ...full.rows, runSheetItems: [row] } }).rows.runSheetItems[0];
        expect(told?.title).toMatch(/^Call the florist/);
        expect(told?.title).not.toContain(secret);
        expect(told?.place).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['Ceremony', 'Cars leave at 14:30', 'Table 12 to the terrace', 'Doors 18:00 - 22:30', '2 coaches, gate 7'])('leaves “%s” as it is', (title) => {
    const rows = { ...full.rows, runSheetItems: full.rows.runSheetItems.slice(0, 1).map((row) => ({ ...row, title })) };
    expect(wallSnapshot(named, { ...full, rows }).rows.runSheetItems[0]?.title).toBe(title);
  });

  it('names no couple when couples are not named, not even in the run sheet', () => {
    const rows = { ...full.rows, runSheetItems: full.rows.runSheetItems.map((row) => ({ ...row, title: `Toast to ${titles.get(row.weddingId) ?? ''}` })) };
    const told = wallSnapshot(nameless, { ...full, rows });
    expect(told.rows.weddings.every((wedding) => wedding.title === '')).toBe(true);
    for (const word of [...titles.values()].flatMap((title) => title.split(/[^\p{L}\p{M}]+/u)).filter((each) => each.length > 1)) expect(JSON.stringify(told.rows)).not.toContain(word);
  });

  it('tells who has only asked for a date nowhere', () => {
    const rows = { ...full.rows, weddings: full.rows.weddings.map((wedding) => ({ ...wedding, status: 'enquiry' as const })) };
    expect(wallSnapshot(named, { ...full, rows }).rows.weddings.map((wedding) => wedding.title)).toEqual(full.rows.weddings.map(() => ''));
  });

  it('keeps of an engagement its call time and trade, and of an alert how bad, what kind and which wedding', () => {
    const { rows } = wallSnapshot(named, full);
    const called = full.rows.bookings.filter((booking) => booking.callTime !== null && booking.weddingId !== null);
    expect(rows.bookings.map(({ trade, callTime, weddingId }) => ({ trade, callTime, weddingId }))).toEqual(called.map(({ trade, callTime, weddingId }) => ({ trade, callTime, weddingId })));
    expect(rows.alerts.map(({ severity, rule, weddingId }) => ({ severity, rule, weddingId }))).toEqual(full.rows.alerts.map(({ severity, rule, weddingId }) => ({ severity, rule, weddingId })));
    expect([rows.contacts, rows.payments, rows.reviewItems, rows.connections]).toEqual([[], [], [], []]);
  });

  it('tells of the weather where, what and how long, and of messages, papers and calendars nothing', () => {
    const { rows } = wallSnapshot(named, full);
    expect([full.rows.messages, full.rows.documents, full.rows.calendarEvents, full.rows.weatherNotices].every((held) => held.length > 0)).toBe(true);
    expect([rows.messages, rows.documents, rows.calendarEvents]).toEqual([[], [], []]);
    expect(rows.weatherNotices).toEqual(full.rows.weatherNotices.map((row) => ({ ...row, source: null, detail: '' })));
  });

  it('stays within the contract, changes nothing when cut twice, and a replayed frame equals a snapshot', () => {
    const told = Snapshot.parse(wallSnapshot(nameless, full));
    expect(wallSnapshot(nameless, told)).toEqual(told);
    const events = eventsOf(full, 'x');
    const frame = wallFrame(nameless, { after: 0, upTo: events.length, events, committedAt: new Date(NOW).toISOString() });
    expect(StreamFrame.safeParse(frame).success).toBe(true);
    expect(wallFrame(nameless, frame)).toEqual(frame);
    const empty = fromSnapshot({ ...full, seq: 0, rows: { weddings: [], contacts: [], bookings: [], payments: [], runSheetItems: [], messages: [], documents: [], calendarEvents: [], weatherNotices: [], resources: [], allocations: [], limits: [], houseRules: [], conflicts: [], calendars: [], pushes: [], differences: [], alerts: [], reviewItems: [], connections: [] } });
    const replayed = toSnapshot(applyEvents(empty, frame.events, frame.upTo, frame.removed), full.at);
    const sorted = (rows: SnapshotShape['rows']) => Object.fromEntries(COLLECTION_NAMES.map((name) => [name, [...rows[name]].sort((a, b) => a.id.localeCompare(b.id))]));
    expect(sorted(replayed.rows)).toEqual(sorted(told.rows));
  });

  it('takes a call time off the wall when there is none any more', () => {
    const booking = full.rows.bookings.find((row) => row.callTime !== null);
    if (!booking) throw new Error('no call time');
    const [event] = eventsOf({ ...full, rows: { weddings: [], contacts: [], payments: [], runSheetItems: [], messages: [], documents: [], calendarEvents: [], weatherNotices: [], resources: [], allocations: [], limits: [], houseRules: [], conflicts: [], calendars: [], pushes: [], differences: [], alerts: [], reviewItems: [], connections: [], bookings: [{ ...booking, callTime: null }] } }, 'x');
    if (!event) throw new Error('no event');
    expect(wallFrame(named, { after: 0, upTo: 1, events: [event], committedAt: new Date(NOW).toISOString() })).toMatchObject({ events: [], removed: [{ collection: 'bookings', id: booking.id, seq: 1 }] });
  });
});
