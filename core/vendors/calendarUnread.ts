import ICAL from 'ical.js';
import { TooMuch } from './seriesBounds.ts';
import { UnknownRule } from './seriesRules.ts';

/** Entries of a calendar file that cannot be read: each is left out with its series, and told, so that it is not the end of all others. */

export interface UnreadEntry {
  readonly uid: string;
  /** In words, without a full stop. */
  readonly problem: string;
}

export type Unread = (one: UnreadEntry) => void;

export const LONGEST_UID = 500;
/** Whoever has more of them that cannot be read has no calendar that can. */
const MOST_UNREAD = 100;

/** As it is kept: cut, without what would be no text. Null = nothing is left. */
export const text = (value: unknown, longest: number): string | null => {
  const trimmed = typeof value === 'string' ? value.trim().slice(0, longest).toWellFormed() : '';
  return trimmed === '' ? null : trimmed;
};

/** Each entry once; throws when there are too many. */
export function countedUnread(unread: Unread | undefined): Unread | undefined {
  if (!unread) return undefined;
  const told = new Set<string>();
  return (one) => {
    if (told.size >= MOST_UNREAD) throw new TooMuch();
    if (told.has(one.uid)) return;
    told.add(one.uid);
    unread(one);
  };
}

export const problemOf = (cause: unknown): string =>
  cause instanceof TooMuch ? 'it repeats more than can be written out' : cause instanceof UnknownRule ? 'it repeats by a rule that is not written out' : 'it cannot be read';

/** An invited person has a dozen. The library looks from each on to the end of its line. */
const MOST_PARAMETERS = 200;
const [TAB, LINE_FEED, RETURN, BLANK, QUOTE, COMMA, COLON, SEMICOLON, EQUALS] = [9, 10, 13, 32, 34, 44, 58, 59, 61] as const;

/** Whether a line, unfolded, has more parameters than anybody writes. What is quoted counts as the library reads it: right behind `=` or `,`. */
export function hasTooManyParameters(file: string): boolean {
  let [count, quoted, before] = [0, false, LINE_FEED as number];
  for (let at = 0; at < file.length; at += 1) {
    const sign = file.charCodeAt(at);
    const next = file.charCodeAt(at + 1);
    if (sign === RETURN && next === LINE_FEED) continue;
    if (sign === LINE_FEED && (next === BLANK || next === TAB)) {
      // A fold is none of the line's text.
      at += 1;
      continue;
    }
    if (sign === LINE_FEED) {
      [count, quoted] = [0, false];
    } else if (sign === QUOTE) {
      quoted = !quoted && (before === EQUALS || before === COMMA);
    } else if (!quoted && sign === SEMICOLON) {
      count += 1;
      if (count > MOST_PARAMETERS) return true;
    } else if (!quoted && sign === COLON) {
      // Its value, which has none of them any more.
      at = endOfValue(file, at);
      [count, quoted] = [0, false];
    }
    before = sign;
  }
  return false;
}

/** Where the unfolded line that holds this place ends: at its line feed, or behind the file. */
function endOfValue(file: string, from: number): number {
  for (let at = file.indexOf('\n', from); at >= 0; at = file.indexOf('\n', at + 1)) {
    const next = file.charAt(at + 1);
    if (next !== ' ' && next !== '\t') return at;
  }
  return file.length;
}

function parse(file: string): unknown[] {
  if (hasTooManyParameters(file)) throw new Error('a line has too many parameters');
  return ICAL.parse(file) as unknown[];
}

const EDGE = /^(BEGIN|END):VEVENT[ \t]*\r?\n/gim;

/** The file in pieces: entries (`true`), and what stands between them. */
function* piecesOf(file: string): Generator<readonly [string, boolean]> {
  let [from, begun] = [0, false];
  for (const { index, 0: line, 1: edge } of file.matchAll(EDGE)) {
    if (begun !== (edge?.toUpperCase() === 'END')) continue;
    const to = begun ? index + line.length : index;
    yield [file.slice(from, to), begun];
    [from, begun] = [to, !begun];
  }
  yield [file.slice(from), false];
}

const uidOf = (entry: string): string | null => text(/^UID[^:\r\n]*:(.*)$/im.exec(entry.replace(/\r?\n[ \t]/g, ''))?.[1], LONGEST_UID);

/** Where entries are listened for that cannot be read, what the library refuses of them is taken out. `broken`: their UIDs. */
export function parseCalendar(file: string, unread: Unread | undefined): { readonly parsed: unknown[]; readonly broken: ReadonlySet<string> } {
  const broken = new Set<string>();
  try {
    return { parsed: parse(file), broken };
  } catch (cause) {
    if (!unread) throw cause;
  }
  const rest: string[] = [];
  for (const [piece, isEntry] of piecesOf(file)) {
    try {
      if (isEntry) parse(`BEGIN:VCALENDAR\r\n${piece}END:VCALENDAR`);
      rest.push(piece);
    } catch (cause) {
      const uid = uidOf(piece);
      if (uid === null) throw cause;
      broken.add(uid);
      unread({ uid, problem: problemOf(cause) });
    }
  }
  return { parsed: parse(rest.join('')), broken };
}
