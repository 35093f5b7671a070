import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../../core/contract/errors.ts';
import { EVENT_TYPE_NAMES } from '../../../core/contract/events.ts';
import { COLLECTIONS, COLLECTION_NAMES } from '../../../core/contract/record.ts';
import { ALERT_RULES } from '../../../core/contract/record/attention.ts';
import { CONNECTION_HEALTH } from '../../../core/contract/record/connections.ts';
import { CLOSE_REASONS } from '../../../core/contract/stream.ts';
import { feedText } from '../../../renderer/app/feedText.ts';
import { bigMoneyText, dotted, fullMoment, momentText, moneyText, spanText } from '../../../renderer/components/format.ts';
import { errorWords, t, tMaybe } from '../../../renderer/i18n/index.ts';
import { VENUE_RULES } from '../../../core/domain/conflicts/model.ts';
import { rulesChanges } from '../../../renderer/inspector/rulesChanges.ts';
import { valueText } from '../../../renderer/inspector/valueText.ts';

describe('words', () => {
  it.each(ERROR_CODES)('error %s has a sentence that says what happened and what to do', (code) => {
    const sentence = tMaybe(`errors.${code}`);
    expect(sentence).not.toBeNull();
    expect(sentence?.split('. ').length).toBeGreaterThanOrEqual(2);
    expect(errorWords(code)).toBe(sentence);
  });

  it('an unknown code is told as an internal one, never shown raw', () => {
    expect(errorWords('no.such_code')).toBe(errorWords('internal'));
  });

  it.each(CLOSE_REASONS)('the line’s reason %s has a sentence', (reason) => expect(tMaybe(`link.reason.${reason}`)).not.toBeNull());
  it.each(ALERT_RULES)('the alert rule %s has words', (rule) => expect(tMaybe(`rules.${rule}`)).not.toBeNull());
  it.each(EVENT_TYPE_NAMES.filter((name) => name !== 'connection.health_changed'))('the event %s has a sentence', (name) => expect(tMaybe(`feed.${name}`)).not.toBeNull());
  it.each(CONNECTION_HEALTH)('a connection that is %s has a sentence', (health) => expect(tMaybe(`feed.connection.${health}`)).not.toBeNull());

  it.each(['message.failed', 'document.signed', 'weather.ended', 'connection.quiet', 'connection.heard', 'connection.read', 'limit.passed', 'limit.kept', 'limit.accepted', 'gap.short', 'gap.enough', 'gap.accepted', 'closed.taken', 'closed.free', 'closed.accepted', 'stock.short', 'stock.enough', 'stock.accepted'])('%s, which only the feed says, has a sentence', (says) => expect(tMaybe(`feed.${says}`)).not.toBeNull());

  it('every field that the history may tell has a name', () => {
    const untold = /^(id|version|seq|updatedAt|source|weddingId|contactId|bookingId|connectionId|deliveryId|subject|amountMinor|refundedMinor|currency|rule|raisedAt|reason|kind|receivedAt|system|path|healthReason|healthSince|quiet|reading|direction|about|lot|roomId|vendorId|keys|partIds|limitId|resourceId|resourceIds|members|missingMs|missingUnits|settledAt|calendarId|pushId|main|filling|waits|stayed|doneBy|answer|copyOf|unread|twinId|wish|wantedVersion|writtenVersion|writtenAt|attempts|nextAttemptAt|fields)$/;
    const fields = COLLECTION_NAMES.flatMap((name) => Object.keys(COLLECTIONS[name].shape)).filter((field) => !untold.test(field));
    expect(fields.filter((field) => tMaybe(`fields.${field}`) === null)).toEqual([]);
  });

  it('calls what is hard about a conflict by what it is: only two at once are a double booking', () => {
    const level = (kind: string, value = 'block') => valueText('conflicts', 'level', value, 'Europe/London', kind);
    expect(['overlap', 'limit', 'closure', 'capacity'].map((kind) => level(kind))).toEqual(['Double booking', 'Past a limit', 'Closed at that time', 'More than there is']);
    expect(level('turnaround', 'warn')).toBe('Too tight');
  });

  it('tells of a changed fee what is asked for, and that nobody has said is not nothing', () => {
    const fee = (field: string, value: unknown, currency: string | null = 'GBP') => valueText('resources', field, value, 'Europe/London', 'room', currency);
    expect([fee('moveFeeMinor', 25_000), fee('moveFeeMinor', 0), fee('moveFeeMinor', null), fee('extraHourMinor', 8_050)]).toEqual(['£250.00', '£0.00', 'nobody has said', '£80.50']);
    expect([fee('moveFeeDays', 14), fee('moveFeeDays', null), fee('moveFeeMinor', 5_000, 'JPY'), fee('moveFeeMinor', 25_000, null)]).toEqual(['14', 'always', '¥5,000', null]);
  });

  it('tells of changed rules each pair and each way by its words, and of what stayed nothing', () => {
    const travel = (usualMinutes: number | null, ...ways: [string, string, number][]) => ({ usualMinutes, ways: ways.map(([from, to, minutes]) => ({ from, to, minutes })) });
    const told = rulesChanges([
      { field: 'levels', before: VENUE_RULES, after: { ...VENUE_RULES, holdWithHold: 'ignore' } },
      { field: 'travel', before: travel(null, ['Great Hall', 'Ely', 40], ['Barn', 'Mill', 10]), after: travel(20, ['ely ', 'great hall', 40], ['Barn', 'Inn', 0]) },
    ]).map(({ name, was, is }) => `${name}: ${was} → ${is}`.replace(/[\u2066-\u2069]/g, ''));
    expect(told).toEqual([
      'Hold with a hold: Needs a reason → Is let be', 'Usual way between two addresses: nobody has said → 20 min', 'Way between Barn and Mill: 10 min → nobody has said',
      'Way between Barn and Inn: nobody has said → 0 s',
    ]);
  });

  it('uses the plural where it is one', () => {
    expect([0, 1, 2].map((count) => t('alerts.title', { count }))).toEqual(['0 open alerts', '1 open alert', '2 open alerts']);
  });

  it('tells a fact in one sentence, names isolated from its direction', () => {
    const text = feedText({ seq: 1, at: '', says: 'payment.completed', collection: 'payments', rowId: '', weddingId: null, subject: 'ليلى', amount: { minor: 48_050, currency: 'GBP' }, count: null, was: null, severity: null, system: 'stripe', actor: null });
    expect(text).toBe('\u2068ليلى\u2069 paid £480.50');
    const moved = feedText({ seq: 1, at: '', says: 'booking.call_time_moved', collection: 'bookings', rowId: '', weddingId: null, subject: 'Cakes', amount: null, count: -75, was: null, severity: null, system: null, actor: null });
    expect(moved).toBe('\u2068Cakes\u2069 comes 1 h 15 earlier');
  });
});

describe('numbers and times', () => {
  it('writes money in its currency', () => {
    expect(moneyText(310_025, 'GBP')).toBe('£3,100.25');
    expect(moneyText(5000, 'JPY')).toBe('¥5,000');
    expect(bigMoneyText(310_000, 'GBP')).toBe('£3,100');
    expect(bigMoneyText(5000, 'JPY')).toBe('¥5,000');
    expect(moneyText(100, 'XXX')).toContain('1.00');
  });

  it('writes spans in their two largest units', () => {
    expect([45_000, 14 * 60_000, 134 * 60_000, 26 * 3_600_000, 400 * 3_600_000].map(spanText)).toEqual(['45 s', '14 min', '2 h 14', '1 d 2 h', '16 d']);
  });

  it('writes times at the venue, and both when the viewer is elsewhere', () => {
    const at = '2026-06-20T13:05:00.000Z';
    const now = Date.parse('2026-06-20T20:00:00.000Z');
    expect(momentText(at, 'Europe/London', now)).toBe('14:05');
    expect(momentText('2026-06-18T13:05:00.000Z', 'Europe/London', now)).toBe('Thu 14:05');
    expect(momentText('2026-05-18T13:05:00.000Z', 'Europe/London', now)).toBe('18 May');
    expect(fullMoment(at, 'Europe/London')).toContain('14:05:00 BST');
    expect(fullMoment(at, 'Europe/London')).toContain('13:05:00 UTC');
  });

  it('leaves empty parts of a line out', () => expect(dotted(['a', null, '', undefined, false, 'b'])).toBe('\u2068a\u2069 · \u2068b\u2069'));
});
