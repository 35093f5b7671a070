import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../core/contract/record/people.ts';
import { localDate } from '../../../../core/domain/day/localTime.ts';
import { activeWeather } from '../../../../core/domain/day/weather.ts';
import { byDay, cameInToday, gist, messagesOf, otherSide, saidAt } from '../../../../core/domain/messages/messages.ts';
import { fixtureId, fixtureSnapshot, WEDDING_A, WEDDING_B } from '../../../support/fixtures/record.ts';

const NOW = Date.parse('2026-11-20T14:05:00.000Z');
const ZONE = 'Europe/London';
const { messages, weatherNotices } = fixtureSnapshot({ now: NOW }).rows;
const [some] = messages;
if (!some) throw new Error('no message');
const message = (fields: Partial<Message>): Message => ({ ...some, ...fields });

describe('messages', () => {
  it('are listed newest first, by channel and by wedding', () => {
    const all = messagesOf(messages, { channel: null, weddingId: null });
    expect(all).toHaveLength(messages.length);
    expect(all.map(saidAt)).toEqual(messages.map(saidAt).sort().reverse());
    expect(messagesOf(messages, { channel: 'whatsapp', weddingId: null }).every((row) => row.channel === 'whatsapp')).toBe(true);
    const ours = messagesOf(messages, { channel: 'sms', weddingId: WEDDING_A });
    expect(ours.map((row) => row.id)).toEqual([fixtureId(16, 1), fixtureId(16, 2)]);
    expect(messagesOf(messages, { channel: 'teams', weddingId: WEDDING_B })).toEqual([]);
  });

  it('stand under the day on which they were said at the venue, each once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { maxLength: 60 }), fc.constantFrom('Europe/London', 'Pacific/Auckland', 'America/Los_Angeles'), (hours, zone) => {
        const rows = messagesOf(hours.map((hour, index) => message({ id: fixtureId(16, index), seq: index, sentAt: new Date(NOW + hour * 3_600_000).toISOString() })), { channel: null, weddingId: null });
        const days = byDay(rows, zone);
        expect(days.flatMap((day) => day.messages)).toEqual(rows);
        expect(new Set(days.map((day) => day.date)).size).toBe(days.length);
        for (const day of days) expect(day.messages.every((row) => localDate(zone, Date.parse(saidAt(row))) === day.date)).toBe(true);
      }),
    );
  });

  it('that came in today are counted by the venue’s day; what went out is not', () => {
    const at = (sentAt: string, direction: Message['direction'] = 'in') => message({ sentAt, direction });
    const late = [at('2026-11-19T23:59:59.999Z'), at('2026-11-20T00:00:00.000Z'), at('2026-11-20T13:00:00.000Z', 'out'), at('2026-11-20T23:59:59.000Z'), at('2026-11-21T00:00:00.000Z')];
    expect(cameInToday(late, ZONE, NOW)).toBe(2);
    expect(cameInToday(late, 'Pacific/Auckland', NOW)).toBe(2);
    expect(cameInToday([message({ sentAt: null, updatedAt: '2026-11-20T08:00:00.000Z', direction: 'in' })], ZONE, NOW)).toBe(1);
  });

  it('are told by who is on the other side and by their first line', () => {
    expect(otherSide(message({ direction: 'in', fromName: null, fromAddress: '+44 1' }))).toBe('+44 1');
    expect(otherSide(message({ direction: 'out', fromName: 'Front desk', toAddress: 'a@b.test' }))).toBe('a@b.test');
    expect(otherSide(message({ direction: 'out', toAddress: null }))).toBeNull();
    expect(gist(message({ subject: ' ', text: '\n\n  Hello,\nwe are late' }))).toBe('Hello,');
    expect(gist(message({ subject: 'Numbers', text: 'x' }))).toBe('Numbers');
    expect(gist(message({ subject: null, text: null }))).toBeNull();
  });
});

describe('the weather', () => {
  it('that holds or is to come for these weddings is told, worst first; what is over is not, whatever its source says', () => {
    const [wind] = weatherNotices;
    if (!wind) throw new Error('no notice');
    const today = { id: WEDDING_A, startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:30:00.000Z' };
    const later = { id: WEDDING_B, startsAt: '2026-12-05T10:00:00.000Z', endsAt: '2026-12-05T23:30:00.000Z' };
    const both = [today, later];
    expect(activeWeather(weatherNotices, both, NOW).map((row) => row.id)).toEqual([wind.id]);
    expect(activeWeather(weatherNotices, [later], NOW)).toEqual([]);
    const worse = { ...wind, id: fixtureId(19, 9), severity: 'critical' as const, startsAt: '2026-11-20T20:00:00.000Z', endsAt: null };
    const elsewhere = { ...wind, id: fixtureId(19, 10), weddingId: fixtureId(19, 99) };
    expect(activeWeather([wind, worse, elsewhere], both, NOW).map((row) => row.id)).toEqual([worse.id, wind.id]);
    // Over the place, while today's wedding is on.
    const place = { ...wind, id: fixtureId(19, 11), weddingId: null };
    expect(activeWeather([place], [later], NOW)).toEqual([]);
    expect(activeWeather([place], [today], NOW).map((row) => row.id)).toEqual([place.id]);
    expect(activeWeather([{ ...wind, endsAt: new Date(NOW).toISOString() }], both, NOW)).toEqual([]);
  });
});
