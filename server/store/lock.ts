import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';

/**
 * One process at a time on a data directory. The lock is a file that names its holder; it is void as soon as that
 * very process no longer runs, so that a killed server never blocks the next start.
 */

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When this machine was started, seconds since the epoch by its own clock. */
  readonly machineStartedAt: number;
  /** Clock ticks after boot at which the process began; tells a reused pid apart. Linux only, else null. */
  readonly processStartTicks: string | null;
  readonly nonce: string;
}

export interface DirectoryLock {
  release(): void;
}

const machineStart = () => Math.round(Date.now() / 1000 - os.uptime());

function startTicks(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field may hold spaces and parentheses; the twentieth after it is the start time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  // On a shared disk another machine's processes cannot be seen: trust its lock.
  if (holder.host !== os.hostname()) return true;
  // Without start ticks a reused pid after a restart is told by the time of the restart; the clock may have been set in between.
  if (holder.processStartTicks === null && Math.abs(holder.machineStartedAt - machineStart()) > 600) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return holder.processStartTicks === null || holder.processStartTicks === startTicks(holder.pid);
}

function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && 'pid' in value && typeof value.pid === 'number' ? (value as Holder) : null;
  } catch {
    return null;
  }
}

/** `store.locked` while another live process (or this one) holds the directory. The directory must exist. */
export function lockDirectory(directory: string): Result<DirectoryLock, CodedError> {
  const file = path.join(directory, 'wedsync.lock');
  const nonce = randomUUID();
  const mine: Holder = { pid: process.pid, host: os.hostname(), machineStartedAt: machineStart(), processStartTicks: startTicks(process.pid), nonce };
  const written = `${file}.${nonce}`;
  try {
    fs.writeFileSync(written, JSON.stringify(mine), { mode: 0o600 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        // A hard link appears whole or not at all, so nobody ever reads a half-written lock.
        fs.linkSync(written, file);
        return ok({
          release() {
            const text = readText(file);
            if (text !== null && parseHolder(text)?.nonce === nonce) fs.rmSync(file, { force: true });
          },
        });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const text = readText(file);
      if (text === null) continue;
      const holder = parseHolder(text);
      if (holder && isAlive(holder)) return err(codedError('store.locked', `The data directory is in use by process ${holder.pid} on ${holder.host}.`, true));
      // Void. Move it aside; if somebody else replaced it in between, what was moved is theirs and goes back.
      const aside = `${written}.void`;
      try {
        fs.renameSync(file, aside);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        throw error;
      }
      if (readText(aside) !== text) fs.linkSync(aside, file);
      fs.rmSync(aside, { force: true });
    }
    return err(codedError('store.locked', 'The data directory is being opened by several processes at once.', true));
  } finally {
    fs.rmSync(written, { force: true });
  }
}
