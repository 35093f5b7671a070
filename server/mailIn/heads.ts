import { createHash } from 'node:crypto';

/** The head of a mail, before anything is proven: looked at by ourselves, since what reads signatures takes as long as a stranger wants it to. */

/** Far more than any mail has, however often it was passed on. */
const LONGEST_HEAD = 256 * 1024;
const MOST_LINES = 2_000;
const MOST_SIGNATURES = 8;
const LONGEST_SIGNATURE = 16 * 1024;
/** At most one of each may stand in a mail (RFC 5322 and 2045). Of two a signature covers the lower one, and a reader may take the upper. */
const ONCE: readonly string[] = ['subject', 'date', 'message-id', 'mime-version', 'content-type', 'content-transfer-encoding'];

export interface Field {
  /** Lower case. */
  readonly name: string;
  /** Unfolded, each run of blanks as one. */
  readonly value: string;
}

export type Heads = { readonly ok: true; readonly fields: readonly Field[] } | { readonly ok: false; readonly why: string };

const wrong = (why: string): Heads => ({ ok: false, why });

/** Its fields in their order; not ok = no honest mail looks like this. */
export function headsOf(raw: Buffer): Heads {
  const text = raw.subarray(0, LONGEST_HEAD + 4).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  if (end > LONGEST_HEAD) return wrong('its head is too long');
  const head = text.slice(0, end);
  // Some readers take it for the end of a line, others do not.
  if (/\r(?!\n)/.test(head)) return wrong('its head has a bare carriage return');
  const lines = head.split(/\r?\n/);
  if (lines.length > MOST_LINES) return wrong('its head has too many lines');
  const folded: string[][] = [];
  for (const line of lines) {
    const last = folded.at(-1);
    if (last && /^[ \t]/.test(line)) last.push(line);
    else folded.push([line]);
  }
  const fields = folded.map((parts): Field => {
    const whole = parts.join(' ');
    const at = whole.indexOf(':');
    return { name: whole.slice(0, Math.max(at, 0)).trim().toLowerCase(), value: whole.slice(at + 1).replace(/\s+/g, ' ').trim() };
  });
  const signatures = fields.filter(({ name }) => name === 'dkim-signature');
  const tooLong = signatures.some(({ value }) => value.length > LONGEST_SIGNATURE);
  if (tooLong || signatures.length > MOST_SIGNATURES) return wrong('it has too many signatures, or too long ones');
  const twice = ONCE.find((name) => fields.filter((field) => field.name === name).length > 1);
  return twice === undefined ? { ok: true, fields } : wrong(`it has the field ${twice} twice`);
}

/** One name for everything that a signature covers: the same mail has the same one, whatever was written above or below it on its way. */
export function signedMark(fields: readonly Field[], names: readonly string[], bodyHash: string): string {
  const covered = fields.filter(({ name }) => names.includes(name)).map(({ name, value }) => `${name}:${value}`).sort();
  return createHash('sha256').update([...covered, bodyHash].join('\n')).digest('hex');
}
