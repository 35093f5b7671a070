import Papa from 'papaparse';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { IMPORT_ROWS } from '../../core/contract/systems.ts';

/** A row of a file, with the line that it begins on. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvTable {
  readonly headings: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Rows that are no rows: a quote that is never closed. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** Each is compared with everything that a column may be called. */
const MOST_COLUMNS = 1_000;
const DELIMITERS = [',', ';', '\t', '|'];
/** What divides the headings most often; in quotes it divides nothing. */
function delimiterOf(text: string): string {
  const line = text.split(/\r\n|\r|\n/).find((one) => one.trim() !== '') ?? '';
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}
const lineBreaks = (text: string): number => text.split(/\r\n|\r|\n/).length - 1;
/** A heading twice is told apart, since columns are named by it. */
function distinct(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headings.map((heading, index) => {
    const plain = heading.trim() === '' ? `Column ${index + 1}` : heading.trim();
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    return count === 1 ? plain : `${plain} (${count})`;
  });
}

/**
 * CSV as spreadsheets write it: commas, semicolons or tabs, quotes with line breaks in them, a byte order mark. The first
 * line that is not empty has the headings. Errors: `import.unreadable`, `import.too_many_rows`.
 */
export function readCsv(text: string): Result<CsvTable, CodedError> {
  // What was read as UTF-8 and is not has these in it, and every accent would be lost for good.
  if (text.includes('\uFFFD')) return err(codedError('import.unreadable', 'The file is not UTF-8 text.'));
  const body = text.replace(/^\uFEFF/, '').replace(/^sep=.\r?\n/i, '');
  let line = 1 + lineBreaks(text.slice(0, text.length - body.length));
  let headings: string[] | null = null;
  let tooMany = false;
  const rows: CsvRow[] = [];
  const problems: { line: number; message: string }[] = [];
  let last = 0;
  Papa.parse<string[]>(body, {
    delimiter: delimiterOf(body),
    skipEmptyLines: false,
    step({ data, errors, meta }, parser) {
      const begins = line;
      line += lineBreaks(body.slice(last, meta.cursor));
      last = meta.cursor;
      if (data.every((cell) => cell.trim() === '')) return;
      if (headings === null) {
        headings = distinct(data);
        return;
      }
      if (errors.some((error) => error.type === 'Quotes')) {
        problems.push({ line: begins, message: 'A quotation mark is opened and never closed, or stands in the middle of a value.' });
        return;
      }
      rows.push({ line: begins, cells: data });
      if (rows.length > IMPORT_ROWS) {
        tooMany = true;
        parser.abort();
      }
    },
  });
  if (tooMany) return err(codedError('import.too_many_rows', `The file has more than ${IMPORT_ROWS} rows.`));
  const found = headings as string[] | null;
  if (found === null || (found.length < 2 && rows.length === 0)) return err(codedError('import.unreadable', 'The file has no headings.'));
  if (found.length > MOST_COLUMNS) return err(codedError('import.unreadable', `The file has more than ${MOST_COLUMNS} columns.`));
  return ok({ headings: found, rows, problems });
}
