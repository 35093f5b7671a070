import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { AnyHeader, BackupFault, FORMAT_VERSION, Header, lineHash, Manifest, TableFoot, TableHead, type Progress } from './format.ts';

export type Part =
  | { readonly kind: 'header'; readonly header: Header }
  | { readonly kind: 'table'; readonly head: TableHead }
  | { readonly kind: 'row'; readonly line: string }
  | { readonly kind: 'end of table'; readonly rows: number; readonly sha256: string }
  | { readonly kind: 'manifest'; readonly manifest: Manifest };

/** No row comes near this; what does is no backup. */
const LONGEST_LINE = 64 * 1024 * 1024;

const damaged = (why: string) => new BackupFault('backup.damaged', `The backup is damaged: ${why}.`);
const foreign = () => new BackupFault('backup.foreign', 'The file is not a backup of a WedSync record.');

/** Lines without their line feeds. Only line feeds end a line: a note may hold every other kind of break. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let kept: Buffer[] = [];
  let length = 0;
  let lines = 0;
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        const line = Buffer.concat([...kept, chunk.subarray(from, at)]).toString('utf8');
        kept = [];
        length = 0;
        from = at + 1;
        lines += 1;
        yield line;
      }
      if (from < chunk.length) kept.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > LONGEST_LINE) throw lines === 0 ? foreign() : damaged('a line has no end');
    }
  } catch (error) {
    if (error instanceof BackupFault || !(error instanceof Error) || !('code' in error)) throw error;
    const code = String(error.code);
    if (!code.startsWith('Z_')) throw new BackupFault('backup.file_unusable', `${file} cannot be read (${code}).`);
    throw lines === 0 && code === 'Z_DATA_ERROR' ? foreign() : damaged('it is cut short or was changed');
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (length > 0) throw lines === 0 ? foreign() : damaged('its last line has no end');
}

function parsed<T>(schema: z.ZodType<T>, line: string, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw damaged(`its ${what} cannot be read`);
  }
  const result = schema.safeParse(json);
  if (!result.success) throw damaged(`its ${what} cannot be read`);
  return result.data;
}

function readHeader(line: string): Header {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw foreign();
  }
  const any = AnyHeader.safeParse(json);
  if (!any.success) throw foreign();
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  const schema = z.object({ schema: z.int() }).safeParse(json);
  if (any.data.version > FORMAT_VERSION || (schema.success && schema.data.schema > known)) {
    throw new BackupFault('backup.newer_version', 'The backup was made by a newer version of this program.');
  }
  return parsed(Header, line, 'header');
}

/**
 * The parts of a backup in order, every count and hash checked as it goes by; the manifest comes last and only when all
 * of it holds. Throws {@link BackupFault}.
 */
export async function* readBackup(file: string): AsyncGenerator<Part> {
  const all = lineHash();
  const tables: Manifest['tables'] = [];
  let header: Header | null = null;
  let table: { readonly name: string; readonly hash: ReturnType<typeof lineHash> } | null = null;
  let manifest: Manifest | null = null;
  for await (const line of linesOf(file)) {
    if (manifest) throw damaged('something follows its end');
    if (!header) {
      header = readHeader(line);
      yield { kind: 'header', header };
    } else if (table) {
      if (line.startsWith('[')) {
        table.hash.add(line);
        yield { kind: 'row', line };
      } else {
        const foot = parsed(TableFoot, line, `end of ${table.name}`);
        const { rows } = table.hash;
        if (foot.endOf !== table.name || foot.rows !== rows || foot.sha256 !== table.hash.digest()) throw damaged(`the rows of ${table.name} are not those that were written`);
        tables.push({ name: table.name, rows, sha256: foot.sha256 });
        table = null;
        yield { kind: 'end of table', rows, sha256: foot.sha256 };
      }
    } else if (line.startsWith('{"table":')) {
      const head = parsed(TableHead, line, 'list of columns');
      table = { name: head.table, hash: lineHash() };
      yield { kind: 'table', head };
    } else {
      manifest = parsed(Manifest, line, 'manifest');
      if (manifest.sha256 !== all.digest() || JSON.stringify(manifest.tables) !== JSON.stringify(tables)) throw damaged('it is not what its manifest says');
      continue;
    }
    all.add(line);
  }
  if (!header) throw foreign();
  if (!manifest) throw damaged('its end is missing');
  yield { kind: 'manifest', manifest };
}

/** Reads a whole backup and changes nothing. Errors: the `backup.` codes. */
export async function checkBackup(file: string, progress: Progress): Promise<Result<{ header: Header; manifest: Manifest }, CodedError>> {
  try {
    let header: Header | null = null;
    let name = '';
    let rows = 0;
    for await (const part of readBackup(file)) {
      if (part.kind === 'header') header = part.header;
      if (part.kind === 'table') [name, rows] = [part.head.table, 0];
      if (part.kind === 'row' && (rows += 1) % 1000 === 0) progress(name, rows);
      if (part.kind === 'manifest' && header) return ok({ header, manifest: part.manifest });
    }
    throw damaged('its end is missing');
  } catch (error) {
    if (error instanceof BackupFault) return err(codedError(error.code, error.message));
    throw error;
  }
}
