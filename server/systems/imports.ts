import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ImportAnswer, ImportPreview, ImportPreviewRequest, ImportRequest } from '../../core/contract/systems.ts';
import { clockOf, instantOfWall, writtenDay, type DateOrder } from '../../core/vendors/dates.ts';
import { DAY_COLUMNS, TIME_COLUMNS } from '../../core/vendors/fileColumns.ts';
import { lookUp } from '../../core/vendors/fields.ts';
import type { FileColumn } from '../../core/vendors/manifest.ts';
import type { Brought, VendorModule } from '../../core/vendors/vendor.ts';
import type { z } from 'zod';
import type { Store } from '../store/store.ts';
import { readCsv, type CsvRow, type CsvTable } from './csv.ts';
import { notPossible, readAlone, type SystemsDeps } from './standing.ts';

/** Files that a person brings: what is in them, and taking it in as deliveries. */

type PreviewRequest = z.infer<typeof ImportPreviewRequest>;
type TakeRequest = z.infer<typeof ImportRequest>;
type Columns = Readonly<Record<string, string>>;

const FIRST = 10;
const PROBLEMS = 200;
/** Deliveries that are handed over at a time; the store gathers them into few commits. */
const TOGETHER = 500;
const BREATH = 250;

const ORDERS: Readonly<Record<NonNullable<PreviewRequest['dateOrder']>, DateOrder | null>> = { dmy: 'day_first', mdy: 'month_first', ymd: null };

/** As headings are compared: without case, accents, underscores and double spaces. */
const plain = (heading: string): string => heading.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[\s_*:]+/g, ' ').trim();

/** Heading -> column key; each column once, the better heading first. */
export function guessColumns(headings: readonly string[], columns: readonly FileColumn[]): Record<string, string> {
  const guessed: Record<string, string> = {};
  for (const column of columns) {
    for (const known of [...column.headings, plain(column.label), plain(column.key)]) {
      const heading = headings.find((one) => plain(one) === plain(known) && !Object.hasOwn(guessed, one));
      if (heading === undefined) continue;
      guessed[heading] = column.key;
      break;
    }
  }
  return guessed;
}

const PLAIN_DATE = /(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)/;
/** Written so that it may be two days, with nothing that says which. */
function isUnclear(text: string): boolean {
  const match = PLAIN_DATE.exec(text);
  return match !== null && Number(match[1]) <= 12 && Number(match[2]) <= 12 && match[1] !== match[2];
}

interface Reading {
  readonly file: NonNullable<VendorModule['file']>;
  readonly settings: Readonly<Record<string, string>>;
  readonly order: DateOrder | null;
  readonly zone: string | undefined;
}

/** What the person says of the file is put into the row, so that it means the same whatever the connection is set to later. */
function settled(values: Record<string, string>, { order, zone }: Reading): Record<string, string> {
  const own = { ...values };
  let day: string | null = null;
  for (const key of DAY_COLUMNS) {
    const text = own[key];
    if (text === undefined) continue;
    const written = writtenDay(text, order);
    if (written !== null) own[key] = written;
    day ??= written;
  }
  for (const key of TIME_COLUMNS) {
    const clock = clockOf(own[key]);
    const at = instantOfWall(day, clock, zone);
    if (at !== null) own[key] = at;
  }
  return own;
}

function valuesOf(row: CsvRow, { headings }: CsvTable, columns: Columns): Record<string, string> {
  const values: Record<string, string> = {};
  headings.forEach((heading, index) => {
    const key = lookUp(columns, heading);
    const cell = row.cells[index]?.trim();
    if (key !== undefined && cell) values[key] = cell;
  });
  return values;
}

interface ReadRow {
  readonly line: number;
  readonly values: Record<string, string>;
  readonly brought: Result<Brought, { readonly message: string }>;
}

/** Lets others have their turn now and then: thousands of rows are read in one go otherwise. */
async function* readRows(table: CsvTable, columns: Columns, reading: Reading): AsyncGenerator<ReadRow> {
  for (const [index, row] of table.rows.entries()) {
    if (index % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
    const values = valuesOf(row, table, columns);
    yield { line: row.line, values, brought: reading.file.bring(settled(values, reading), reading.settings) };
  }
}

/** Errors: `connect.not_possible` (its system takes no file), `import.unreadable`, `import.too_many_rows`, `import.columns_unknown`. */
async function prepare(deps: SystemsDeps, organisationId: string, connectionId: string, wanted: PreviewRequest) {
  const standing = await readAlone(deps, organisationId, connectionId);
  if (!standing.ok) return standing;
  const { vendor, settings } = standing.value;
  const { file } = vendor;
  const known = vendor.manifest.file?.columns;
  if (!file || !known) return notPossible(`${vendor.manifest.name} takes no file.`);
  const table = readCsv(wanted.csv);
  if (!table.ok) return table;
  const columns = wanted.columns ?? guessColumns(table.value.headings, known);
  const keys = new Set(known.map((column) => column.key));
  const given = Object.values(columns);
  if (given.some((key) => !keys.has(key)) || new Set(given).size !== given.length) return err(codedError('import.columns_unknown', 'A column is named that the system does not have, or one is named twice.'));
  const order = wanted.dateOrder === undefined ? dateOrderIn(settings) : ORDERS[wanted.dateOrder];
  return ok({ system: vendor.manifest.id, known, table: table.value, columns, reading: { file, settings, order, zone: wanted.zone ?? settings['zone'] } satisfies Reading });
}

const dateOrderIn = (settings: Readonly<Record<string, string>>): DateOrder | null => {
  const kept = settings['dateOrder'];
  return kept === 'day_first' || kept === 'month_first' ? kept : null;
};

const inOrder = (problems: readonly { line: number; message: string }[]) => [...problems].sort((a, b) => a.line - b.line).slice(0, PROBLEMS);

export async function previewImport(deps: SystemsDeps, organisationId: string, connectionId: string, wanted: PreviewRequest): Promise<Result<ImportPreview, CodedError>> {
  const prepared = await prepare(deps, organisationId, connectionId, wanted);
  if (!prepared.ok) return prepared;
  const { table, columns, reading } = prepared.value;
  const first: ImportPreview['first'] = [];
  const problems = [...table.problems];
  let good = 0;
  let unclear = false;
  for await (const { line, values, brought } of readRows(table, columns, reading)) {
    if (wanted.dateOrder === undefined && reading.order === null) unclear ||= DAY_COLUMNS.some((key) => isUnclear(values[key] ?? ''));
    if (first.length < FIRST) first.push({ line, values, title: brought.ok ? titleOf(values) : null, problem: brought.ok ? null : brought.error.message });
    if (brought.ok) good += 1;
    else problems.push({ line, message: brought.error.message });
  }
  return ok({ headings: [...table.headings], columns: { ...columns }, rows: table.rows.length + table.problems.length, first, good, problems: inOrder(problems), dateOrderUnclear: unclear });
}

const titleOf = (values: Readonly<Record<string, string>>): string | null => {
  const name = values['name'] ?? [values['first_name'], values['last_name']].filter(Boolean).join(' ');
  return values['title'] ?? (name || values['email'] || values['reference'] || values['description'] || null);
};

/** Every good row becomes a delivery; the same one is known by its content. */
export async function takeImport(deps: SystemsDeps, store: Pick<Store, 'addDelivery'>, organisationId: string, connectionId: string, wanted: TakeRequest): Promise<Result<ImportAnswer, CodedError>> {
  const prepared = await prepare(deps, organisationId, connectionId, wanted);
  if (!prepared.ok) return prepared;
  const { system, known, table, columns, reading } = prepared.value;
  const given = new Set(Object.values(columns));
  const lacking = known.find((column) => column.required && !given.has(column.key));
  if (lacking) return err({ ...codedError('import.columns_unknown', `The column ${lacking.label} is needed.`), field: lacking.key });
  const receivedAt = new Date(deps.clock.now()).toISOString();
  const problems = [...table.problems];
  let taken = 0;
  let repeated = 0;
  let batch: Brought[] = [];
  const hand = async () => {
    const receipts = await Promise.all(
      batch.map(({ key, event, body }) =>
        store.addDelivery({ organisationId, connectionId, system, deliveryKey: key, vendorEvent: event, mediaType: 'application/json', headers: {}, bodyText: body, receivedAt, origin: 'file', priority: 'bulk' }),
      ),
    );
    for (const { duplicate } of receipts) {
      if (duplicate) repeated += 1;
      else taken += 1;
    }
    batch = [];
  };
  for await (const { line, brought } of readRows(table, columns, reading)) {
    if (!brought.ok) {
      problems.push({ line, message: brought.error.message });
      continue;
    }
    batch.push(brought.value);
    if (batch.length >= TOGETHER) await hand();
  }
  await hand();
  deps.figures?.came(connectionId, 'file', taken);
  deps.figures?.duplicate(connectionId, repeated);
  return ok({ taken, known: repeated, problems: inOrder(problems) });
}
