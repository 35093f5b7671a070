import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Room for the databases of a few tests at once, and for a PostgreSQL server. */
const ROOM_BYTES = 2 * 1024 ** 3;
const MEMORY = '/dev/shm';
const PREFIX = 'wedsync-test-';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function hasRoom(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize >= ROOM_BYTES;
  } catch {
    // There is none on other systems.
    return false;
  }
}

/** Memory is not to be filled by what killed runs left: a folder's name has the process that made it. */
function sweep(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    const owner = Number(/^wedsync-test-(\d+)-/.exec(name)?.[1] ?? 0);
    if (owner > 0 && !isAlive(owner)) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

let chosen: string | undefined;

/**
 * Where databases of tests lie: in memory where there is room, else on the disk. They are read and written the same way and
 * flushed as often; only the disk's own time is saved. Measurements of it take `os.tmpdir()`.
 */
export function databasesFolder(): string {
  if (chosen !== undefined) return chosen;
  chosen = hasRoom(MEMORY) ? MEMORY : os.tmpdir();
  sweep(chosen);
  return chosen;
}

/** An empty folder of its own. Whoever asks for it removes it. */
export const temporaryDirectory = (): string => fs.mkdtempSync(path.join(databasesFolder(), `${PREFIX}${process.pid}-`));
