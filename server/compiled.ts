import fs from 'node:fs';
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from 'node:module';
import path from 'node:path';

/** More than two builds' worth: an upgrade leaves the files of the former build behind. */
const MOST_FILES = 200;

/**
 * From here on compiled code is kept in the data folder, so that the next start need not compile it again. Nobody else can write
 * there. Where it cannot be kept, the start takes longer and nothing else is different. `NODE_COMPILE_CACHE` names another place.
 */
export function keepCompiled(dataDir: string): void {
  // It is mounted under another name each time, and code is known by the name of its file.
  if (process.env['APPIMAGE'] !== undefined || getCompileCacheDir() !== undefined) return;
  const folder = path.join(dataDir, 'compiled');
  try {
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (fs.existsSync(folder) && fs.readdirSync(folder, { recursive: true }).length > MOST_FILES) fs.rmSync(folder, { recursive: true });
  } catch {
    // Whether the data folder can be used is found out, and said, by whoever needs it.
    return;
  }
  enableCompileCache(folder);
}

/** Writes down what was compiled so far; a process that is killed would not. Takes a moment when there is something new, and none otherwise. */
export const writeCompiled = (): void => flushCompileCache();
