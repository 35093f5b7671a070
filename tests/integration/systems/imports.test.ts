import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { readCsv } from '../../../server/systems/csv.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let test: TestApp;
let owner: Manager;
let normaliser: Normaliser;

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { managingPerMinute: 10_000, apiPerMinute: 10_000 } });
  const house = await furnish(t.store, t.organisation.id);
  owner = manager(test, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
  normaliser = startNormaliser({ store: t.store, vendors: vendorModule, http: { send: () => Promise.reject(new Error('nobody is called')) }, clock: t.store.internals.clock, ids: t.store.internals.ids, log: t.log });
});
afterAll(async () => {
  await normaliser.stop();
  await test.app.close();
  await t.cleanup();
});

const connection = async (): Promise<string> => (await owner.get('connect', { body: { system: 'studio-ninja', path: 'file', settings: { zone: 'Europe/London', currency: 'GBP' }, secrets: {} } })).connection.id;

describe('reading a table', () => {
  it.each([
    ['commas', 'Name,Date\r\nAmara,2026-11-20\r\n'],
    ['semicolons and a byte order mark', '\uFEFFName;Date\nAmara;2026-11-20\n'],
    ['tabs', 'Name\tDate\nAmara\t2026-11-20'],
    ['a line that names the separator', 'sep=;\r\nName;Date\r\nAmara;2026-11-20'],
    ['quotes', '"Name","Date"\n"Amara","2026-11-20"'],
  ])('%s', (_what, text) => {
    const read = readCsv(text);
    expect(read).toMatchObject({ ok: true, value: { headings: ['Name', 'Date'], rows: [{ cells: ['Amara', '2026-11-20'] }], problems: [] } });
  });

  it('counts the lines of the file, whatever line breaks stand in its quotes', () => {
    const read = readCsv('Name,Notes\r\n\r\nOne,"two\r\nlines"\r\nTwo,\r\n"Three","a ""quoted"" word"\r\nFour,"never closed\r\n');
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value.rows.map((row) => [row.line, row.cells[0]])).toEqual([[3, 'One'], [5, 'Two'], [6, 'Three']]);
    expect(read.value.rows[2]?.cells[1]).toBe('a "quoted" word');
    expect(read.value.problems.map((one) => one.line)).toEqual([7]);
  });

  it('tells headings that come twice apart, and refuses what is no text in UTF-8, no table, too much', () => {
    expect(readCsv('Date,Date,\n1,2,3')).toMatchObject({ ok: true, value: { headings: ['Date', 'Date (2)', 'Column 3'] } });
    expect(readCsv('Name;Ort\nZo\uFFFD;M\uFFFDnchen')).toMatchObject({ ok: false, error: { code: 'import.unreadable' } });
    expect(readCsv('')).toMatchObject({ ok: false, error: { code: 'import.unreadable' } });
    expect(readCsv(`a,b\n${'1,2\n'.repeat(20_001)}`)).toMatchObject({ ok: false, error: { code: 'import.too_many_rows' } });
  });

  it('has a thousand columns at most: each is compared with every name that is known', () => {
    const wide = (columns: number) => readCsv(`${Array.from({ length: columns }, (_, n) => `c${n}`).join(',')}\n1,2\n`);
    expect(wide(1_000)).toMatchObject({ ok: true });
    expect(wide(1_001)).toMatchObject({ ok: false, error: { code: 'import.unreadable' } });
    expect(readCsv(`${'a,'.repeat(1_900_000)}\n1,2\n`)).toMatchObject({ ok: false, error: { code: 'import.unreadable' } });
  });
});

describe('a file', () => {
  const csv = 'Client Name;Email;Wedding Date;Start Time;Total;Whatever\nAmara & Ben;amara@example.org;03/04/2027;15:30;1,250.00;x\n"Zoe\nand Max";zoe@example.org;25/12/2026;;;\nNobody;;;;;\n';

  it('is shown before it is taken in: columns guessed, dates that may be two, problems by line', async () => {
    const id = await connection();
    const preview = await owner.get('importPreview', { id, body: { csv } });
    expect(preview).toMatchObject({ headings: ['Client Name', 'Email', 'Wedding Date', 'Start Time', 'Total', 'Whatever'], rows: 3, dateOrderUnclear: true });
    expect(preview.columns).toEqual({ 'Client Name': 'name', Email: 'email', 'Wedding Date': 'event_date', 'Start Time': 'start_time', Total: 'amount' });
    expect(preview.problems.map((one) => one.line)).toEqual([2, 5]);
    const chosen = await owner.get('importPreview', { id, body: { csv, dateOrder: 'dmy' } });
    expect(chosen).toMatchObject({ good: 2, dateOrderUnclear: false });
    expect(chosen.first.map((one) => [one.line, one.title, one.problem === null])).toEqual([[2, 'Amara & Ben', true], [3, 'Zoe\nand Max', true], [5, null, false]]);
    expect((await t.store.deliveries(t.organisation.id, id)).length).toBe(0);
  });

  it('becomes deliveries once, and means what its person has said of it', async () => {
    const id = await connection();
    const { columns } = await owner.get('importPreview', { id, body: { csv } });
    const body = { csv, columns, dateOrder: 'dmy' as const };
    expect(await owner.get('importRows', { id, body })).toMatchObject({ taken: 2, known: 0, problems: [{ line: 5 }] });
    expect(await owner.get('importRows', { id, body })).toMatchObject({ taken: 0, known: 2 });
    await normaliser.idle();
    const bookings = (await t.store.snapshot(t.organisation.id)).rows.bookings.filter((one) => one.title.startsWith('Amara &'));
    expect(bookings).toMatchObject([{ startsAt: '2027-04-03T14:30:00.000Z', amountMinor: 125_000, currency: 'GBP' }]);
    expect((await t.store.deliveries(t.organisation.id, id)).map((one) => [one.state, one.vendorEvent])).toEqual([['processed', 'bookings'], ['processed', 'bookings']]);
    const stored = await t.store.internals.database.system.selectFrom('deliveries').select(['body', 'origin']).where('connectionId', '=', id).orderBy('arrival').execute();
    expect(stored[0]?.origin).toBe('file');
    // Half past three on 3 April 2027 in London.
    expect(JSON.parse(stored[0]?.body ?? '')).toMatchObject({ event_date: '2027-04-03', start_time: '2027-04-03T14:30:00.000Z' });
  });

  it('of five thousand rows is taken in, and again as known', async () => {
    const id = await connection();
    const many = `Name,Email,Event date\n${Array.from({ length: 5000 }, (_, n) => `Couple ${n},couple${n}@example.org,2027-05-${String((n % 28) + 1).padStart(2, '0')}`).join('\n')}\n`;
    const columns = { Name: 'name', Email: 'email', 'Event date': 'event_date' };
    expect(await owner.get('importRows', { id, body: { csv: many, columns } })).toEqual({ taken: 5000, known: 0, problems: [] });
    expect(await owner.get('importRows', { id, body: { csv: many, columns } })).toEqual({ taken: 0, known: 5000, problems: [] });
  });

  it('is refused where its columns do not fit, where there is no place for it, and above its limit', async () => {
    const id = await connection();
    expect((await owner.ask('importRows', { id, body: { csv, columns: { Email: 'email' } } })).code()).toBe('import.columns_unknown');
    expect((await owner.ask('importRows', { id, body: { csv, columns: { Email: 'nonsense' } } })).code()).toBe('import.columns_unknown');
    expect((await owner.ask('importPreview', { id: t.connections.stripe.connectionId, body: { csv } })).code()).toBe('connect.not_possible');
    expect((await owner.ask('importPreview', { id, body: { csv: 'x'.repeat(4_000_001) } })).status).toBe(400);
    expect((await owner.ask('importPreview', { id, body: { csv: 'ä'.repeat(3_900_000) } })).status).toBe(413);
    expect((await owner.ask('importPreview', { id, body: { csv: `Name,Event date\n${'ab,2026-11-20\n'.repeat(15_000)}` } })).status).toBe(200);
  });
});
