/** From the beginning of one commit to the next one at least; what comes alone never waits for it. */
const BETWEEN_MS = 8;
/** So many make a commit worth its price: they wait for no others. */
const ENOUGH = 48;

/**
 * Milliseconds that deliveries wait for company before they are committed. A commit costs the database about the same for one as for a
 * dozen; at some thousands a second that price is what makes the processor short, and with it everybody wait longer than this.
 * @param sinceMs since the last commit began
 */
export function restBeforeCommit(sinceMs: number, waiting: number): number {
  return waiting >= ENOUGH ? 0 : Math.max(0, BETWEEN_MS - Math.max(0, sinceMs));
}
