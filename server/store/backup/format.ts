import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ErrorCode } from '../../../core/contract/errors.ts';

/**
 * A backup is one gzip file of lines of UTF-8 text, each ended by a line feed (docs/backup.md):
 * header; for each table its head, one line per row and its foot; at the end the manifest.
 * A row is a JSON array of its columns as PostgreSQL prints them (UTC, ISO dates, hex bytes), or null.
 */
export const FORMAT = 'wedsync-record';
export const FORMAT_VERSION = 1;

const Sha = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().min(0);

/** Read leniently first, so that a newer format is told from a foreign file. */
export const AnyHeader = z.object({ format: z.literal(FORMAT), version: z.int().min(1) });
export const Header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** Version of the database's schema. */
  schema: z.int().min(1),
  takenAt: z.iso.datetime(),
  /** Of the log that was backed up; a restored one gets another. */
  epoch: z.string(),
});
export type Header = z.infer<typeof Header>;

export const TableHead = z.strictObject({ table: z.string(), columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).min(1) });
export type TableHead = z.infer<typeof TableHead>;

/** `sha256` is over the table's row lines, each with its line feed. */
export const TableFoot = z.strictObject({ endOf: z.string(), rows: Count, sha256: Sha });

export const Manifest = z.strictObject({
  tables: z.array(z.strictObject({ name: z.string(), rows: Count, sha256: Sha })),
  logs: z.array(z.strictObject({ organisationId: z.string(), lastSeq: Count })),
  /** Over every line before this one, each with its line feed. */
  sha256: Sha,
});
export type Manifest = z.infer<typeof Manifest>;

export type BackupCode = Extract<ErrorCode, `backup.${string}`>;

/** Carries a code out of a stream; turned into a Result where the work was asked for. */
export class BackupFault extends Error {
  readonly code: BackupCode;
  constructor(code: BackupCode, message: string) {
    super(message);
    this.name = 'BackupFault';
    this.code = code;
  }
}

/** Hashes lines with their line feeds and counts them. */
export function lineHash(): { add(line: string): void; readonly rows: number; digest(): string } {
  const hash = createHash('sha256');
  let rows = 0;
  return {
    add(line) {
      hash.update(line).update('\n');
      rows += 1;
    },
    get rows() {
      return rows;
    },
    digest: () => hash.digest('hex'),
  };
}

/** Told now and then while something long runs. */
export type Progress = (what: string, rows: number) => void;
