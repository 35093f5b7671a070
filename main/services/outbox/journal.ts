import { constants } from 'node:fs';
import { copyFile, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutboxRecord } from '../../../core/contract/outbox.ts';
import type { OutboxJournal } from '../../../core/link/outboxRunner.ts';
import type { Log } from '../../../core/ports/ports.ts';

/** The part of a file handle that is used; tests bring one that fails. */
export interface JournalFile {
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileJournalOptions {
  /** One JSON record per line. Created when missing; only this user may read it. */
  readonly file: string;
  readonly log: Log;
  readonly openFile?: (file: string) => Promise<JournalFile>;
}

const OWNER_ONLY = 0o600;
const NEW_LINE = 0x0a;

/** A new name in a folder survives a power cut only when the folder itself was synced; not every system can. */
async function syncFolder(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** The outbox's journal in an append-only file. A line counts when its end of line was written and synced. */
export function openFileJournal(options: FileJournalOptions): OutboxJournal & { close(): Promise<void> } {
  const { file, log } = options;
  const openFile = options.openFile ?? ((name: string) => open(name, constants.O_RDWR | constants.O_CREAT, OWNER_ONLY));
  let handle: JournalFile | null = null;
  /** Bytes that count. What lies behind them is a torn or refused record and is overwritten. */
  let size = 0;
  let dirty = false;

  const use = async (): Promise<JournalFile> => {
    if (handle) return handle;
    handle = await openFile(file);
    await syncFolder(file);
    return handle;
  };
  const close = async (): Promise<void> => {
    const old = handle;
    handle = null;
    await old?.close();
  };
  /** Nothing may stay behind a refused record: the person was told that it is not kept. */
  const cut = async (to: JournalFile): Promise<void> => {
    await to.truncate(size);
    await to.datasync();
    dirty = false;
  };

  const rewrite = async (records: readonly OutboxRecord[]): Promise<void> => {
    const temporary = `${file}.new`;
    const text = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''), 'utf8');
    try {
      const next = await open(temporary, 'w', OWNER_ONLY);
      try {
        await next.writeFile(text);
        await next.sync();
      } finally {
        await next.close();
      }
      // An open file cannot be replaced on Windows.
      await close();
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    size = text.length;
    dirty = false;
    await syncFolder(file);
  };
  /** What cannot be read is kept for somebody who can; without room for that it stays where it is. */
  const setAside = async (records: readonly OutboxRecord[], unreadable: number): Promise<void> => {
    const aside = `${file}.unreadable-${Date.now()}`;
    const fields = { unreadable, read: records.length, aside };
    try {
      await copyFile(file, aside);
      await rewrite(records);
      log.error(fields, 'outbox: records cannot be read; the file was copied aside');
    } catch (error) {
      log.error({ ...fields, error: String(error) }, 'outbox: records cannot be read and could not be set aside');
    }
  };

  return {
    close,
    rewrite,
    async load() {
      const bytes = await bytesOf(file);
      size = bytes.lastIndexOf(NEW_LINE) + 1;
      dirty = size < bytes.length;
      if (dirty) log.warn({ bytes: bytes.length - size }, 'outbox: a record was torn by an abrupt end and is left out');
      const records: OutboxRecord[] = [];
      let unreadable = 0;
      for (const line of bytes.subarray(0, size).toString('utf8').split('\n')) {
        if (line === '') continue;
        const parsed = readRecord(line);
        if (parsed) records.push(parsed);
        else unreadable += 1;
      }
      if (unreadable > 0) await setAside(records, unreadable);
      return records;
    },
    async append(record) {
      const to = await use();
      if (dirty) await cut(to);
      const line = Buffer.from(`${JSON.stringify(record)}\n`, 'utf8');
      try {
        for (let done = 0; done < line.length; ) {
          const { bytesWritten } = await to.write(line, done, line.length - done, size + done);
          if (bytesWritten === 0) throw new Error('nothing more can be written');
          done += bytesWritten;
        }
        await to.datasync();
        size += line.length;
      } catch (error) {
        dirty = true;
        await cut(to).catch((reason: unknown) => log.error({ error: String(reason) }, 'outbox: a refused record could not be cut off yet'));
        throw error;
      }
    },
  };
}

function readRecord(line: string): OutboxRecord | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = OutboxRecord.safeParse(json);
  return parsed.success ? parsed.data : null;
}
