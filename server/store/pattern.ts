import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * A new embedded database as it is after the schema was made, and nothing else in it: no organisation, no epoch, no key. The build makes
 * one, so that a first start does not have to (docs/decisions/0019). Steps that it lacks are taken as on any other record.
 * One gzip: a line of JSON ({@link Contents}), then the bytes of the files one after another.
 */
export const PATTERN_FILE = 'pattern.gz';

interface Contents {
  readonly folders: readonly string[];
  /** Path with `/`, bytes. */
  readonly files: readonly (readonly [string, number])[];
}

/** Notes of the process that had it. */
const LEFT_OUT = /^postmaster\./;

/** The files of a database that is closed. */
export function packPattern(directory: string): Buffer {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  const fullOf = (entry: fs.Dirent) => path.join(entry.parentPath, entry.name);
  const nameOf = (entry: fs.Dirent) => path.relative(directory, fullOf(entry)).split(path.sep).join('/');
  const files = entries
    .filter((entry) => entry.isFile() && !LEFT_OUT.test(entry.name))
    .map((entry) => ({ name: nameOf(entry), bytes: fs.readFileSync(fullOf(entry)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const contents: Contents = {
    folders: entries.filter((entry) => entry.isDirectory()).map(nameOf).sort(),
    files: files.map(({ name, bytes }) => [name, bytes.byteLength]),
  };
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(contents)}\n`), ...files.map(({ bytes }) => bytes)]));
}

/** Puts the files into a directory that holds nothing yet. They are not flushed. Throws when the pattern or the disk cannot be used. */
export function layPattern(pattern: string, directory: string): void {
  const content = gunzipSync(fs.readFileSync(pattern));
  let at = content.indexOf('\n') + 1;
  const { folders, files } = JSON.parse(content.toString('utf8', 0, at)) as Contents;
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const folder of folders) fs.mkdirSync(path.join(directory, folder), { mode: 0o700 });
  for (const [name, bytes] of files) {
    fs.writeFileSync(path.join(directory, name), content.subarray(at, at + bytes), { mode: 0o600 });
    at += bytes;
  }
  if (at !== content.byteLength) throw new Error(`${pattern} is not whole`);
}

/** The pattern that the build has put beside the server's entry; null when it runs from source. */
export function builtPattern(): string | null {
  // This code is in the entry, or in a chunk one folder below it.
  const places = ['./', '../'].map((folder) => fileURLToPath(new URL(`${folder}${PATTERN_FILE}`, import.meta.url)));
  return import.meta.url.endsWith('.ts') ? null : (places.find((file) => fs.existsSync(file)) ?? null);
}
