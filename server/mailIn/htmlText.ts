const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const TAG = /\/?[a-z][a-z0-9]*/iy;
/** Their content is never shown. */
const UNSHOWN: ReadonlyMap<string, RegExp> = new Map(['script', 'style', 'head', 'title'].map((name) => [name, new RegExp(`</${name}\\b`, 'gi')]));
const BREAKS: ReadonlySet<string> = new Set(['br', '/p', '/div', '/tr', '/li', '/h1', '/h2', '/h3', '/h4', '/h5', '/h6', '/table']);

/**
 * What is shown, with a line break where there is a block. Goes through it once: what was looked for to the end and is not there is not
 * looked for again.
 */
function shown(html: string): string {
  const parts: string[] = [];
  const missing = new Set<string>();
  const say = (from: number, to: number) => parts.push(html.slice(from, to).replace(/\s+/g, ' '));
  let at = 0;
  for (;;) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    say(at, open);
    if (!/[a-z/!?]/i.test(html.charAt(open + 1))) {
      // "5 < 6": no mark at all.
      parts.push('<');
      at = open + 1;
      continue;
    }
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4);
      // One that is never closed hides the rest, as in a browser.
      if (end < 0) return parts.join('');
      at = end + 3;
      continue;
    }
    const close = html.indexOf('>', open);
    if (close < 0) {
      at = open;
      break;
    }
    at = close + 1;
    TAG.lastIndex = open + 1;
    const name = TAG.exec(html)?.[0].toLowerCase() ?? '';
    if (BREAKS.has(name)) parts.push('\n');
    else if (name === '/td') parts.push(' ');
    const ends = missing.has(name) ? undefined : UNSHOWN.get(name);
    if (ends === undefined) continue;
    ends.lastIndex = at;
    const end = ends.exec(html);
    const after = end === null ? -1 : html.indexOf('>', end.index);
    if (after < 0) missing.add(name);
    else at = after + 1;
  }
  say(at, html.length);
  return parts.join('');
}

/** Plain text out of HTML: lines where there are blocks, nothing of what is not shown. In time that grows with its length, whatever stands in it. */
export function textOfHtml(html: string): string {
  return shown(html)
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
      if (code !== null) return code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '';
      return ENTITIES[name?.toLowerCase() ?? ''] ?? whole;
    })
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
