import { cpus, totalmem } from 'node:os';

/** How the figures of a bench are made and printed: always with the machine's size, always against something in the same run. */

export const machine = (): string => `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;

/** Nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Columns of equal width, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? (Math.abs(cell) >= 100 ? cell.toFixed(0) : cell.toFixed(1)) : cell)));
  const widths = head.map((title, index) => Math.max(title.length, ...text.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string => cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join('  ');
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...text.map(line)].join('\n');
}

/** The same of rows that name their columns; one that a row does not have stays empty. */
export function tableOf(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return table(head, rows.map((row) => head.map((title) => row[title] ?? '')));
}
