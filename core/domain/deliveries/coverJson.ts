import { covered, coverText } from './cover.ts';

/** The end of the string that begins at `at`, behind its closing quote; -1 = it has none. */
function endOfString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === 92) index += 1;
    else if (character === 34) return index + 1;
  }
  return -1;
}

/** The end of the value that begins at `at`; -1 = it does not end. Counts brackets, so depth costs nothing. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  let index = at;
  while (index < text.length) {
    const character = text[index] ?? '';
    if (character === '"') {
      index = endOfString(text, index);
      if (index < 0) return -1;
      if (depth === 0) return index;
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return index;
      depth -= 1;
      if (depth === 0) return index + 1;
    } else if (depth === 0 && (character === ',' || /\s/.test(character))) return index;
    index += 1;
  }
  return depth === 0 ? index : -1;
}

const afterSpace = (text: string, at: number): number => {
  let index = at;
  while (index < text.length && /\s/.test(text[index] ?? '')) index += 1;
  return index;
};

function decoded(token: string): string | null {
  try {
    const value: unknown = JSON.parse(token);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/**
 * Covers values in JSON text without reading it into objects: what is not covered stays byte for byte as it came, long
 * numbers and repeated names too, and no depth is too deep. Null = this is no JSON.
 *
 * @param isMasked whether the value under this name is covered as a whole, at any depth
 * @param within what becomes of a string under a name that is not masked
 */
export function coverJson(text: string, isMasked: (name: string) => boolean, within: (value: string) => string): string | null {
  const parts: string[] = [];
  let copied = 0;
  const replace = (from: number, to: number, by: string) => {
    parts.push(text.slice(copied, from), by);
    copied = to;
  };
  const first = text[afterSpace(text, 0)];
  if (first !== '{' && first !== '[') return null;
  let index = 0;
  while (index < text.length) {
    const character = text[index];
    if (character === '"') {
      const end = endOfString(text, index);
      const value = end < 0 ? null : decoded(text.slice(index, end));
      if (value === null) return null;
      const next = afterSpace(text, end);
      if (text[next] === ':') {
        const begins = afterSpace(text, next + 1);
        if (isMasked(value)) {
          const ends = endOfValue(text, begins);
          if (ends < 0) return null;
          if (text.slice(begins, ends) !== 'null') replace(begins, ends, JSON.stringify(covered('covered')));
          index = ends;
        } else {
          // A name can be somebody's address as well.
          const name = coverText(value);
          if (name !== value) replace(index, end, JSON.stringify(name));
          index = begins;
        }
        continue;
      }
      const told = within(value);
      if (told !== value) replace(index, end, JSON.stringify(told));
      index = end;
      continue;
    }
    if (character !== undefined && /[-\d]/.test(character)) {
      const number = /^-?[\d.eE+-]+/.exec(text.slice(index, index + 40))?.[0] ?? character;
      // Only a card's number is told from a plain number by its own digits.
      const told = /^\d{13,19}$/.test(number) ? coverText(number) : number;
      if (told !== number) replace(index, index + number.length, JSON.stringify(told));
      index += number.length;
      continue;
    }
    index += 1;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}
