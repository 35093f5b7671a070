import { readFileSync, readdirSync } from 'node:fs';

/** Every process that PostgreSQL runs for the record. */
export function backendsOf(postmaster: number): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return pid === postmaster || Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === postmaster;
    } catch {
      return false; // It ended while we looked.
    }
  });
}
