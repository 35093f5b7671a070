import { describe, expect, it } from 'vitest';
import { feedPart } from '../../core/vendors/feeds.ts';
import { readCalendarFile } from '../../core/vendors/calendarFile.ts';
import type { UnreadEntry } from '../../core/vendors/calendarUnread.ts';
import { parseXml } from '../../core/vendors/davXml.ts';
import { VENDORS } from '../../core/vendors/registry.ts';
import { markedUp, plainOf } from '../../core/vendors/vsco-workspace/entries.ts';
import type { StoredDelivery } from '../../core/vendors/vendor.ts';
import type { VendorSamples } from '../conformance/vendor.conformance.ts';
import { plainWork } from '../support/plainWork.ts';

/**
 * Text from outside that is made to keep whoever reads it: what is looked for begins at each of its letters and is nowhere. Everything else
 * waits meanwhile, so what is read takes time that grows with its length and no faster.
 */
const LENGTH = 150_000;
/** Read letter by letter again and again each would take some hundreds of these. */
const MOST_MS = 50 * plainWork();
const TEXTS = ['a', '1', '-', '>\n', '\n\t', ' ', ':', '@', 'a@', 'a.', '<', '1,', "a'"].map((part) => `${part.repeat(LENGTH / part.length)}\u00a7`);
const LABELLED = ['Name: ', 'Email: ', 'Email: a@', 'Phone: ', 'Name: x\nWedding date: ', 'Message: ', 'From: ', '> '];

const took = (work: () => unknown): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};
const delivery = (body: unknown, vendorEvent: string, settings: StoredDelivery['settings']): StoredDelivery => ({
  vendorEvent, mediaType: 'application/json', bodyText: JSON.stringify(body), receivedAt: '2026-11-20T12:00:00.000Z', settings,
});
const loaded = await Promise.all([...VENDORS.keys()].map(async (id) => (await import(`../vendors/${id}/samples.ts`)) as { samples: VendorSamples }));

const bringing = loaded.map(({ samples }) => samples).filter(({ mail, file, feed }) => mail ?? file ?? feed);

describe.each(bringing)('$vendor.manifest.id', ({ vendor, access, mail, file, feed }) => {
  const { settings } = access;
  it.runIf(mail)('reads any mail', () => {
    const [sample] = mail?.mails ?? [];
    for (const label of ['', ...LABELLED]) {
      for (const text of TEXTS) {
        const stored = delivery({ ...sample, text: label + text }, 'mail', settings);
        expect(took(() => vendor.mail?.normalise(stored)), `${label}${text.slice(0, 4)}`).toBeLessThan(MOST_MS);
      }
    }
  }, 120_000);

  it.runIf(file)('reads any row', () => {
    const [row = {}] = file?.rows ?? [];
    for (const column of Object.keys(row)) {
      for (const text of TEXTS) {
        const cells = { ...row, [column]: text };
        expect(took(() => vendor.file?.bring(cells, settings)), `${column} ${text.slice(0, 4)}`).toBeLessThan(MOST_MS);
      }
    }
  }, 120_000);

  it.runIf(feed)('reads any entry', () => {
    const [entry] = feed?.entries ?? [];
    for (const text of TEXTS) {
      for (const field of ['title', 'description', 'place']) {
        const stored = delivery({ ...entry, [field]: text }, 'entry', settings);
        expect(took(() => vendor.feed?.normalise(stored)), `${field} ${text.slice(0, 4)}`).toBeLessThan(MOST_MS);
      }
    }
  }, 120_000);
});

it('finds the one address in an entry, and none in a long word', () => {
  const { normalise } = feedPart({ means: 'events' });
  const emailIn = (description: string) => {
    const entry = {
      uid: 'u', recurrenceId: null, title: 'Tasting', description, place: null, startsAt: '2026-12-01T10:00:00.000Z', endsAt: '2026-12-01T11:00:00.000Z',
      allDay: false, zone: null, status: 'confirmed', busy: true, calendar: null, gone: false,
    };
    const meaning = normalise(delivery(entry, 'entry', {}));
    return meaning.ok && meaning.value.kind === 'changes' ? meaning.value.changes[0]?.wedding.email : undefined;
  };
  expect(emailIn('with Amara <amara.okafor+day@mail.example.org>.')).toBe('amara.okafor+day@mail.example.org');
  expect(emailIn(`${'x'.repeat(70)}@example.org`)).toBe(`${'x'.repeat(70)}@example.org`);
  expect(emailIn('a@b, amara@example.org')).toBe('amara@example.org');
  expect(emailIn('amara@example.org or femi@example.org')).toBeNull();
});

describe('XML of a calendar server', () => {
  const many = (part: (n: number) => string) => Array.from({ length: 250_000 }, (_, n) => part(n)).join('');
  it.each([
    ['a quarter of a million attributes', `<x${many((n) => ` a${n}="1"`)}/>`],
    ['as many namespaces', `<x${many((n) => ` xmlns:n${n}="u"`)}><y/></x>`],
  ])('is refused at once when one element has %s', (_name, text) => {
    expect(took(() => expect(parseXml(text)).toEqual({ ok: false, error: 'broken' }))).toBeLessThan(MOST_MS);
  });

  it('may have a hundred on each of its elements', () => {
    const usual = Array.from({ length: 100 }, (_, n) => ` a${n}="1"`).join('');
    expect(parseXml(`<x${usual}><y${usual}/></x>`)).toMatchObject({ ok: true });
  });
});

describe('the markup of an event over there', () => {
  it.each([...TEXTS, '<br'.repeat(LENGTH / 3), '<br '.repeat(LENGTH / 4), '&a'.repeat(LENGTH / 2), `&${'a'.repeat(LENGTH)}`])('is read in one pass (case %#)', (text) => {
    expect(took(() => plainOf(text))).toBeLessThan(MOST_MS);
  });

  it('says what ours was, and what somebody has written in between', () => {
    expect(plainOf(markedUp('Great Hall\nBand & DJ <loud>'))).toBe('Great Hall\nBand & DJ <loud>');
    expect(plainOf('<p>Side <b>door</b>&nbsp;at 5 < 6</p>')).toBe('Side door at 5 < 6');
  });
});

describe('a calendar file', () => {
  const times = 'DTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\n';
  const event = (uid: string, line = '') => `BEGIN:VEVENT\r\nUID:${uid}\r\n${times}SUMMARY:x\r\n${line}END:VEVENT\r\n`;
  const file = (line: string) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${event('first')}${event('long', line)}${event('last')}END:VCALENDAR\r\n`;
  const span = { from: Date.UTC(2026, 10, 1), to: Date.UTC(2027, 10, 1) };
  const MANY = 1_000_000;

  it.each([
    ['an invited person with a million parameters', `ATTENDEE${';X=1'.repeat(MANY)}:mailto:a@example.org\r\n`],
    ['folded at each of them', `ATTENDEE${';X=1\r\n '.repeat(MANY / 2)}:mailto:a@example.org\r\n`],
    ['behind a colon in quotes', `ATTENDEE;X="a:b"${';X=1'.repeat(MANY)}:mailto:a@example.org\r\n`],
    ['behind a colon in quotes behind a fold', `ATTENDEE;X=\r\n ":"${';X=1'.repeat(MANY)}:mailto:a@example.org\r\n`],
    ['without a value', `ATTENDEE${';X=1'.repeat(MANY)}\r\n`],
  ])('is read without the entry that has %s', (_name, line) => {
    const unread: UnreadEntry[] = [];
    let uids: readonly string[] = [];
    const ms = took(() => {
      const read = readCalendarFile(file(line), { span, zone: null, unread: (one) => void unread.push(one) });
      uids = read.ok ? read.value.map(({ uid }) => uid) : [];
    });
    expect(uids).toEqual(['first', 'last']);
    expect(unread).toEqual([{ uid: 'long', problem: 'it cannot be read' }]);
    expect(ms).toBeLessThan(MOST_MS);
    expect(readCalendarFile(file(line), { span, zone: null })).toMatchObject({ ok: false });
  });

  it('is read with as many as anybody writes, and with semicolons in what it says', () => {
    const named = `CN="Okafor; Amara: bride";MEMBER="mailto:a@x.example","mailto:b@x.example"${';X-A=1'.repeat(50)}`;
    const usual = `ATTENDEE;${named}:mailto:a@example.org\r\nDESCRIPTION:${'a\\;\r\n '.repeat(2_000)}\r\n`;
    const unread: UnreadEntry[] = [];
    const read = readCalendarFile(file(usual), { span, zone: null, unread: (one) => void unread.push(one) });
    expect(read).toMatchObject({ ok: true, value: [{ uid: 'first' }, { uid: 'long' }, { uid: 'last' }] });
    expect(unread).toEqual([]);
  });
});
