import type { ConnectionFigures, ConnectionFiguresAnswer, FiguresAnswer } from '../../contract/figures.ts';

/** What is shown, as a table for a spreadsheet (RFC 4180): times in UTC, lengths in milliseconds; an empty cell is not known. */

type Cell = string | number | null;

/** A program that opens it takes a cell that begins like a formula for one. */
const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = guarded(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const tableText = (heads: readonly string[], rows: readonly (readonly Cell[])[]): string => [heads, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');

const HEADS = [
  'connection', 'system', 'health', 'counted_since', 'came', 'duplicates', 'refused', 'refused_why', 'worked_on', 'no_wedding', 'set_aside', 'given_up', 'held',
  'to_record_p50_ms', 'to_record_p95_ms', 'calls', 'calls_failed', 'calls_failed_why', 'calls_spared', 'call_p50_ms', 'call_p95_ms',
  'available_percent', 'judged_ms', 'down_ms', 'outages', 'last_fault_at', 'last_fault', 'last_fault_code',
] as const;

function rowOf({ name, system, health, countedSince, figures, availability, lastFault }: ConnectionFigures): Cell[] {
  const { calls, toRecord } = figures;
  return [
    name, system, health, countedSince, figures.came, figures.duplicates, figures.refused, figures.refusals.map(({ code, count }) => `${code} ${count}`).join('; '),
    figures.worked, figures.parked, figures.setAside, figures.dead, figures.held, toRecord.p50Ms, toRecord.p95Ms,
    calls.count, calls.failed, calls.failures.map(({ why, count }) => `${why} ${count}`).join('; '), calls.spared, calls.took.p50Ms, calls.took.p95Ms,
    availability.percent, availability.judgedMs, availability.downMs, availability.outageCount, lastFault?.at ?? null, lastFault?.what ?? null, lastFault?.code ?? null,
  ];
}

/** A line for each connection. */
export const figuresCsv = ({ connections }: Pick<FiguresAnswer, 'connections'>): string => tableText(HEADS, connections.map(rowOf));

/** A line for each step of the time axis. */
export function connectionFiguresCsv({ connection }: Pick<ConnectionFiguresAnswer, 'connection'>): string {
  const heads = ['from', 'came', 'refused', 'worked_on', 'set_aside_or_given_up', 'to_record_p95_ms', 'calls', 'calls_failed', 'call_p95_ms'];
  return tableText(heads, connection.slots.map((slot) => [slot.from, slot.came, slot.refused, slot.worked, slot.troubled, slot.toRecordP95Ms, slot.calls, slot.callsFailed, slot.tookP95Ms]));
}

/** The name of such a file, of characters that every system bears: `figures-stripe-7d.csv`. */
export function figuresFileName(window: string, connection: string | null): string {
  const plain = connection?.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60).toLowerCase();
  return `figures-${plain ? `${plain}-` : ''}${window}.csv`;
}
