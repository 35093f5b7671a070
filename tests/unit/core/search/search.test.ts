import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tables } from '../../../../core/domain/record/state.ts';
import { applyEvents, fromSnapshot } from '../../../../core/domain/record/state.ts';
import { entryOf, SEARCHED } from '../../../../core/domain/search/entries.ts';
import { createSearchIndex } from '../../../../core/domain/search/index.ts';
import { searchPlainly, type Entry } from '../../../../core/domain/search/match.ts';
import { createRecordSearch } from '../../../../core/domain/search/recordSearch.ts';
import { fold, queryWords, wordsOf } from '../../../../core/domain/search/words.ts';
import { fixtureSnapshot, WEDDING_A, WEDDING_B } from '../../../support/fixtures/record.ts';

const NOW = Date.parse('2026-11-20T14:05:00.000Z');
const state = fromSnapshot(fixtureSnapshot({ now: NOW }));
const TODAY = new Set([WEDDING_A, WEDDING_B]);
const search = (text: string, tables: Tables = state.tables, limit = 50) => createRecordSearch().search(tables, 'Europe/London', { text, today: TODAY, now: NOW, limit });
const names = (text: string, kind: string): string[] => {
  const rows = state.tables as unknown as Readonly<Record<string, Readonly<Record<string, { title?: string; name?: string; payerName?: string; vendorName?: string; fromName?: string }>>>>;
  return (search(text).find((found) => found.kind === kind)?.hits ?? []).map(({ id }) => {
    const row = rows[kind]?.[id];
    if (kind === 'messages') return `from ${row?.fromName ?? '?'}`;
    return row?.vendorName ?? row?.title ?? row?.name ?? row?.payerName ?? '?';
  });
};

describe('words', () => {
  it('are compared without case, marks, apostrophes and forms', () => {
    expect(fold('Siobhán Ní Dhomhnaill’s ﬁlm')).toBe('siobhan ni dhomhnaills film');
    expect(fold('Søren Ågård Straße Łódź İstanbul')).toBe('soren agard strasse lodz istanbul');
    expect(fold('ليلى الحَدّاد')).toBe('ليلى الحداد');
    expect(fold('נועה ברקוביץ׳')).toBe('נועה ברקוביץ');
    expect(wordsOf('£1,250.00 at 14:05, 07946 0100')).toEqual(['1250.00', 'at', '14:05', '07946', '0100']);
    expect(wordsOf('Doors: 14.30pm')).toEqual(['doors', '14', '30pm']);
  });

  it('of a typed number are one, of a typed date its parts', () => {
    expect(queryWords('020 7946 0100')).toEqual(['2079460100']);
    expect(queryWords('+44 (20) 7946-0100')).toEqual(['442079460100']);
    expect(queryWords('05/09/2026')).toEqual(['5', '9', '2026']);
    expect(queryWords('2026-11-20')).toEqual(['2026', '11', '20']);
    expect(queryWords('12345.67')).toEqual(['12345.67']);
    expect(queryWords('１４：０５')).toEqual(['14:05']);
  });
});

describe('what a venue looks for', () => {
  it.each([
    ['okonkwo fairweather', 'weddings', 'Okonkwo-Fairweather & Blackwood-Smythe'],
    ['blackw okon', 'weddings', 'Okonkwo-Fairweather & Blackwood-Smythe'],
    ['soren agard', 'weddings', 'ليلى الحداد & Søren Ågård'],
    ['siobhan', 'contacts', 'Siobhán Ní Dhomhnaill'],
    ['NOA', 'nothing', ''],
    ['ברקוביץ', 'contacts', 'נועה ברקוביץ׳'],
    ['الياسمين', 'bookings', 'استوديو الياسمين للتصوير'],
    ['speeches', 'runSheetItems', 'Speeches'],
    ['7946 0100', 'contacts', 'Amelia Okonkwo-Fairweather'],
    ['020 7946 0101', 'contacts', 'ليلى الحداد'],
    ['guest3@example', 'contacts', 'נועה ברקוביץ׳'],
    ['3,100.25', 'payments', 'Mr & Mrs D. Papadopoulos'],
    ['£480.5', 'payments', 'ليلى الحداد'],
    ['failed', 'payments', 'Siobhán Ní Dhomhnaill'],
    ['22/11/2026', 'weddings', 'Papadopoulos & Ní Dhomhnaill'],
    ['november sunday', 'weddings', 'Papadopoulos & Ní Dhomhnaill'],
    ['hoto', 'bookings', 'Blythe & Thornbury Documentary Photography'],
    ['wheelchair east gate', 'messages', 'from Amelia Okonkwo-Fairweather'],
    ['مرحبا', 'messages', 'from ليلى الحداد'],
    ['drone take', 'messages', 'from Søren Ågård Film'],
    ['catering contract signed', 'documents', 'Catering contract, Maison Vasseur Traiteur'],
    ['عقد', 'documents', 'استوديو الياسمين: عقد'],
    ['rehearsal', 'calendarEvents', 'Rehearsal in the Orangery'],
    ['chimney', 'calendarEvents', 'House closed: chimney sweep'],
    ['string quartet cancel', 'alerts', 'Kings Lane String Quartet has cancelled'],
  ])('%s finds %s', (text, kind, name) => {
    if (kind === 'nothing') return expect(search(text)).toEqual([]);
    const found = names(text, kind);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toContain(name);
  });

  it('puts today first, then whole words before beginnings before middles, then what is near', () => {
    const at = (name: string, weddingId: string | null, when: number | null): Entry => ({ id: name, kind: 'x', weddingId, name: wordsOf(name), more: [], at: when });
    const entries = [at('joanna', 'w', 0), at('annabel', 'w', 0), at('anna', 'w', 9), at('anna far', 'w', 90_000), at('sanna', 'today', 0)];
    const ask = { words: ['anna'], today: new Set(['today']), now: 0, order: [] };
    const index = createSearchIndex();
    entries.forEach(index.put);
    expect(index.search(ask, 9)[0]?.hits.map((hit) => hit.id)).toEqual(['sanna', 'anna', 'anna far', 'annabel', 'joanna']);
    expect(index.search(ask, 2)).toMatchObject([{ total: 5, hits: [{ id: 'sanna' }, { id: 'anna' }] }]);
  });

  it('finds one letter and two of a script without spaces inside a name', () => {
    const index = createSearchIndex();
    index.put({ id: '1', kind: 'contacts', weddingId: null, name: wordsOf('山田太郎'), more: [], at: null });
    for (const typed of ['田', '太郎', '山田太', '山田太郎']) expect(index.search({ words: queryWords(typed), today: new Set(), now: 0, order: [] }, 5), typed).toHaveLength(1);
    expect(index.search({ words: queryWords('次郎'), today: new Set(), now: 0, order: [] }, 5)).toEqual([]);
  });
});

const LETTERS = ['a', 'b', 'an', 'na', 'ß', 'É', 'ø', '太', '郎', 'ל', '7', '0', ' ', "'", '12.50', '-'] as const;
const someText = fc.array(fc.constantFrom(...LETTERS), { maxLength: 8 }).map((parts) => parts.join(''));
const someEntry = fc.record({
  id: fc.integer({ min: 0, max: 12 }).map(String),
  kind: fc.constantFrom('weddings', 'contacts'),
  weddingId: fc.constantFrom('w1', 'w2', null),
  name: someText.map(wordsOf),
  more: someText.map(wordsOf),
  at: fc.option(fc.integer({ min: -5, max: 5 })),
});
const someStep = fc.oneof({ weight: 4, arbitrary: someEntry.map((put) => ({ put })) }, { weight: 1, arbitrary: someEntry.map((gone) => ({ gone })) });

describe('the index', () => {
  it('finds what looking at every row finds, in the same order, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(someStep, { maxLength: 60 }), fc.array(someText, { minLength: 1, maxLength: 6 }), fc.subarray(['w1', 'w2', 'w9']), fc.integer({ min: 1, max: 4 }), (steps, queries, today, limit) => {
        const index = createSearchIndex();
        const held = new Map<string, Entry>();
        for (const step of steps) {
          if ('put' in step) {
            index.put(step.put);
            held.set(`${step.put.kind} ${step.put.id}`, step.put);
          } else {
            index.remove(step.gone.kind, step.gone.id);
            held.delete(`${step.gone.kind} ${step.gone.id}`);
          }
        }
        expect(index.size).toBe(held.size);
        for (const query of queries) {
          const ask = { words: queryWords(query), today: new Set(today), now: 0, order: ['contacts', 'weddings'] };
          expect(index.search(ask, limit)).toEqual(searchPlainly(held.values(), ask, limit));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('follows a record frame by frame to where a fresh one stands', () => {
    const followed = createRecordSearch();
    const ask = (text: string) => ({ text, today: TODAY, now: NOW, limit: 50 });
    followed.search(state.tables, 'Europe/London', ask('x'));
    const wedding = state.tables.weddings[WEDDING_A];
    const contact = Object.values(state.tables.contacts)[0];
    if (!wedding || !contact) throw new Error('fixture');
    const base = { id: contact.id, occurredAt: '', recordedAt: '', actor: { kind: 'system' as const, id: null, name: '' }, source: null, deliveryId: null, before: {}, weddingId: WEDDING_A };
    const after = applyEvents(
      state,
      [
        { ...base, seq: state.seq + 1, type: 'wedding.updated', collection: 'weddings', row: { ...wedding, title: 'Quite other names', zone: 'Asia/Tokyo' } },
        { ...base, seq: state.seq + 2, type: 'client.deleted', collection: 'contacts', row: contact },
      ],
      state.seq + 2,
    );
    for (const text of ['quite', 'okonkwo', contact.name, '14:', 'speeches', '0100']) {
      const found = followed.search(after.tables, 'Europe/London', ask(text));
      expect(found, text).toEqual(createRecordSearch().search(after.tables, 'Europe/London', ask(text)));
      const entries = SEARCHED.flatMap((collection) => Object.values(after.tables[collection]).map((row) => entryOf(collection, row, ('weddingId' in row && row.weddingId ? after.tables.weddings[row.weddingId]?.zone : undefined) ?? 'Europe/London')));
      expect(found, text).toEqual(searchPlainly(entries, { words: queryWords(text), today: TODAY, now: NOW, order: SEARCHED }, 50));
    }
  });
});
