/** What the tests of one file use one after the other, and what is closed when the file ends (`sharedProcess.ts`). */

interface Closes {
  close(): Promise<void>;
}

let keeping = false;
const kept = new Map<string, Closes[]>();

/** From now on things are kept; whoever begins calls {@link closeKept} at the end. */
export function beginKeeping(): void {
  keeping = true;
}

/** Whether somebody closes at the end what is kept. */
export const isKeeping = (): boolean => keeping;

export function keepUntilFileEnds(kind: string, one: Closes): void {
  kept.set(kind, [...(kept.get(kind) ?? []), one]);
}

/** One of a kind that was kept and that nobody has; null when there is none. A kind's things have one type. */
export function takeKept<T extends Closes>(kind: string): T | null {
  return (kept.get(kind)?.pop() as T | undefined) ?? null;
}

export async function closeKept(): Promise<void> {
  const all = [...kept.values()].flat();
  kept.clear();
  keeping = false;
  for (const one of all) await one.close();
}
