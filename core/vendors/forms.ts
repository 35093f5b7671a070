/** `application/x-www-form-urlencoded` -> fields; null when an escape is broken. The first of repeated names wins. */
export function parseForm(text: string): Readonly<Record<string, string>> | null {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const cut = pair.indexOf('=');
    const name = decodePart(cut < 0 ? pair : pair.slice(0, cut));
    const value = decodePart(cut < 0 ? '' : pair.slice(cut + 1));
    if (name === null || value === null) return null;
    fields[name] ??= value;
  }
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
