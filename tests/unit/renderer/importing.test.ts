import { describe, expect, it } from 'vitest';
import { IMPORT_CHARACTERS } from '../../../core/contract/systems.ts';
import { columnsMissing, fits, mapped, problemsText, readTable, sameColumns } from '../../../renderer/importing/table.ts';

const bytes = (...all: number[]): Uint8Array => new Uint8Array(all);

describe('a file from the disk', () => {
  it('is read as UTF-8, with or without its mark', () => {
    expect(readTable(new TextEncoder().encode('name\nZoë'))).toEqual({ kind: 'text', text: 'name\nZoë', western: false });
    expect(readTable(bytes(0xef, 0xbb, 0xbf, 0x61))).toEqual({ kind: 'text', text: 'a', western: false });
  });
  it('as UTF-16 when it says so, and as Western Windows otherwise', () => {
    expect(readTable(bytes(0xff, 0xfe, 0x61, 0x00))).toEqual({ kind: 'text', text: 'a', western: false });
    expect(readTable(bytes(0x5a, 0x6f, 0xeb, 0x20, 0x80))).toEqual({ kind: 'text', text: 'Zoë €', western: true });
  });
  it('is refused when it is a spreadsheet, empty or too long', () => {
    expect(readTable(bytes(0x50, 0x4b, 0x03, 0x04, 1)).kind).toBe('spreadsheet');
    expect(readTable(bytes(0xd0, 0xcf, 0x11, 0xe0)).kind).toBe('spreadsheet');
    expect(fits(' \n ').kind).toBe('empty');
    expect(fits('x'.repeat(IMPORT_CHARACTERS + 1)).kind).toBe('too_large');
  });
});

describe('columns', () => {
  const columns = [{ key: 'event_date', label: 'Event date', required: true }, { key: 'name', label: 'Name', required: false }];
  it('say which needed ones are missing', () => {
    expect(columnsMissing(columns, { Client: 'name' }).map(({ key }) => key)).toEqual(['event_date']);
    expect(columnsMissing(columns, { Date: 'event_date' })).toEqual([]);
  });
  it('belong to one heading each', () => {
    expect(mapped({ Date: 'event_date', Client: 'name' }, 'Day', 'event_date')).toEqual({ Client: 'name', Day: 'event_date' });
    expect(mapped({ Date: 'event_date' }, 'Date', '')).toEqual({});
  });
  it('are the same whatever their order', () => {
    expect(sameColumns({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
    expect(sameColumns({ a: '1' }, { a: '1', b: '2' })).toBe(false);
  });
});

it('problems are copied line by line', () => expect(problemsText([{ line: 4, message: 'no date' }, { line: 9, message: 'no name' }])).toBe('4\tno date\n9\tno name'));
