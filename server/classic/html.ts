/** Markup made of our own words around others' values. Whatever is put into it is escaped, unless it was made here as well. */

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}
export type Html = Markup;
/** `null` and `false` leave nothing behind. */
export type Part = Html | string | number | null | false | readonly Part[];

function written(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Markup) return part.toString();
  // A NUL, or half of a surrogate pair, is nothing that a page may hold.
  if (typeof part === 'string') return part.toWellFormed().replace(/[&<>"'`]/g, (sign) => ESCAPES[sign] ?? '').replaceAll('\0', '');
  return typeof part === 'number' ? String(part) : part.map(written).join('');
}

/** Attributes are always written in quotes; no value may stand for a name, a tag or a whole address. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Markup(strings.reduce((all, own, index) => all + written(parts[index - 1] ?? null) + own));

/** Text of others: its own direction must not turn the words around it. */
export const told = (text: string): Html => html`<bdi>${text}</bdi>`;
