/** Names of foreign things that have to fit into ours. */

/** Long ids differ mostly at their ends: what is cut is the middle. Control characters and half pairs go. */
export function boundedId(id: string, limit = 300): string {
  const short = id.length > limit ? `${id.slice(0, Math.floor(limit / 2))}~${id.slice(1 - Math.ceil(limit / 2))}` : id;
  return short.replace(/[\p{Cc}\s]+/gu, ' ').toWellFormed();
}

/** Tells texts apart in a key, not in a proof (FNV-1a, twice): sixteen hexadecimal digits. */
export function textMark(text: string): string {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 16), 0x01000193);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

/** A cursor of our own making, kept as JSON text; null when it is none, so that the reading starts again. */
export function readCursor(cursor: string | null): Readonly<Record<string, unknown>> | null {
  if (cursor === null) return null;
  try {
    const value: unknown = JSON.parse(cursor);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    // A cursor from before, or a broken one: starting again costs a full look and loses nothing.
    return null;
  }
}
