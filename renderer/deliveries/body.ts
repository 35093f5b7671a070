/** What came, made readable. Pure. */

/** A stretch of a body; `covered` = the server has covered what stood there. */
export interface Part {
  readonly text: string;
  readonly covered: boolean;
}

/** JSON with its indentation, form fields one to a line, anything else as it came. */
export function readable(body: string, mediaType: string): string {
  const trimmed = body.trim();
  if (/^[[{]/.test(trimmed)) {
    try {
      return JSON.stringify(JSON.parse(trimmed), null, 2);
    } catch {
      // Broken JSON is a reason why somebody looks at it: it is shown as it came.
      return body;
    }
  }
  return mediaType.startsWith('application/x-www-form-urlencoded') ? body.replaceAll('&', '\n') : body;
}

const COVERED = /•{3}(?:\s?\([^)\n]{1,40}\))?/g;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(COVERED)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), covered: false });
    parts.push({ text: match[0], covered: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), covered: false });
  return parts;
}
