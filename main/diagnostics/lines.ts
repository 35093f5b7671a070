import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface Lines {
  write(line: string): void;
  close(): void;
}

export interface LinesOptions {
  readonly directory: string;
  readonly name: string;
  /** Bytes after which the file is set aside as `name.1`, `name.2`, ... */
  readonly maxBytes: number;
  /** Number of set-aside files that are kept. */
  readonly keep: number;
  /** Told once when the disk refuses; the program goes on without its log. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * One rotating text file. Lines are written at once and in order: a crash must not take its own explanation with it,
 * and a desktop writes too few lines for that to cost anything.
 */
export function openLines(options: LinesOptions): Lines {
  const path = join(options.directory, options.name);
  let fd: number | null = null;
  let size = 0;
  let failed = false;

  const open = () => {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    fd = openSync(path, 'a', 0o600);
    size = fstatSync(fd).size;
  };
  const rotate = () => {
    if (fd !== null) closeSync(fd);
    fd = null;
    rmSync(`${path}.${options.keep}`, { force: true });
    for (let n = options.keep - 1; n >= 1; n -= 1) if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
    renameSync(path, `${path}.1`);
    open();
  };
  const fail = (error: unknown) => {
    if (!failed) options.onFailure(error);
    failed = true;
  };

  return {
    write(line) {
      if (failed) return;
      try {
        if (fd === null) open();
        const bytes = Buffer.from(`${line}\n`);
        if (size > 0 && size + bytes.length > options.maxBytes) rotate();
        if (fd !== null) writeSync(fd, bytes);
        size += bytes.length;
      } catch (error) {
        fail(error);
      }
    },
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}
