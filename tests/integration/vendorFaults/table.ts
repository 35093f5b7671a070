import { DESIGNED, type Fault } from './designed.ts';

/** Counts what was tried of each fault, and what of it did not go as designed. */
export interface Table {
  /** @param what - the vendor and the variant, for whoever looks for a deviation */
  tried(fault: Fault, what: string, asDesigned: boolean, got?: unknown): void;
  deviations(fault: Fault): readonly string[];
  print(): string;
}

export function createTable(): Table {
  const rows = new Map<Fault, { tried: number; wrong: string[] }>();
  const row = (fault: Fault) => {
    const known = rows.get(fault) ?? { tried: 0, wrong: [] };
    rows.set(fault, known);
    return known;
  };
  return {
    tried(fault, what, asDesigned, got) {
      const counted = row(fault);
      counted.tried += 1;
      if (!asDesigned) counted.wrong.push(`${what}: ${JSON.stringify(got)?.slice(0, 300)}`);
    },
    deviations: (fault) => (row(fault).tried === 0 ? ['nothing was tried'] : row(fault).wrong),
    print() {
      const names = Object.keys(DESIGNED) as Fault[];
      const width = Math.max(...names.map((name) => name.length));
      const lines = names.map((name) => {
        const { tried, wrong } = row(name);
        return `${name.padEnd(width)}  ${String(tried).padStart(6)} ${String(tried - wrong.length).padStart(11)}  ${DESIGNED[name]}`;
      });
      return [`${'fault'.padEnd(width)}  ${'tried'.padStart(6)} ${'as designed'.padStart(11)}  designed`, ...lines].join('\n');
    },
  };
}
