/** True when `incoming` is older than what we hold. Versions are compared as numbers when both are, else as text (ISO instants sort). */
export function isStale(incoming: string | null, held: string | null): boolean {
  if (incoming === null || held === null) return false;
  const a = Number(incoming);
  const b = Number(held);
  if (Number.isFinite(a) && Number.isFinite(b) && incoming !== '' && held !== '') return a < b;
  return incoming < held;
}
