/** `application/x-www-form-urlencoded` -> names and values in their order; null when an escape is broken. */
export function parsePairs(text: string): readonly (readonly [string, string])[] | null {
  const pairs: [string, string][] = [];
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const cut = pair.indexOf('=');
    const name = decodePart(cut < 0 ? pair : pair.slice(0, cut));
    const value = decodePart(cut < 0 ? '' : pair.slice(cut + 1));
    if (name === null || value === null) return null;
    pairs.push([name, value]);
  }
  return pairs;
}

/** The same as fields; the first of repeated names wins. */
export function parseForm(text: string): Readonly<Record<string, string>> | null {
  const pairs = parsePairs(text);
  if (!pairs) return null;
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of pairs) fields[name] ??= value;
  return fields;
}

function decodePart(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // Only a broken escape is refused this way; it is an answer, not a fault.
    return null;
  }
}
