import { covered, coverText } from './cover.ts';
import { coverJson } from './coverJson.ts';

/** What of a stored delivery may be shown: the fields that its vendor's manifest names, at any depth, and whatever looks like somebody's address, number or card. */

const plainName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
/** Nobody's business in any system. */
const ALWAYS = ['password', 'secret', 'clientsecret', 'token', 'accesstoken', 'refreshtoken', 'apikey', 'authorization', 'cardnumber', 'cvc', 'cvv'];
/** JSON in a field of JSON in a field; nobody nests deeper in earnest. */
const NESTED = 4;

export interface ShownBody {
  readonly bodyText: string;
  readonly mediaType: string;
  readonly origin: string;
}

/** Long lines of base64, as attachments and whole mails are written: they could be read by anybody who decodes them. */
const ENCODED = /(?:[A-Za-z0-9+/]{60,}={0,2}(?:\\r|\\n|\r|\n)*){2,}/g;

/** @param masks names of fields as the manifest lists them; compared without case and punctuation */
export function maskBody({ bodyText, mediaType, origin }: ShownBody, masks: readonly string[]): string {
  const names = new Set([...ALWAYS, ...masks.map(plainName)]);
  const isMasked = (name: string) => names.has(plainName(name));
  const within = (depth: number) => (value: string): string => {
    const json = depth < NESTED && /^\s*[[{]/.test(value) ? coverJson(value, isMasked, within(depth + 1)) : null;
    return json ?? coverText(value.replace(ENCODED, covered('encoded')));
  };
  if (mediaType === 'application/x-www-form-urlencoded') return maskForm(bodyText, isMasked, within(0));
  const ofMail = origin === 'mail' ? (name: string) => isMasked(name) || name === 'original' : isMasked;
  const json = coverJson(bodyText, ofMail, within(0));
  if (json !== null) return json;
  return coverText(maskUnread(bodyText, names).replace(ENCODED, covered('encoded')));
}

/** Decoded, a pair on each line: what a person can read. A name like `contact[email]` is masked by any of its parts. */
function maskForm(text: string, isMasked: (name: string) => boolean, within: (value: string) => string): string {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return pairs
    .map((pair) => {
      const at = pair.indexOf('=');
      const name = formText(at < 0 ? pair : pair.slice(0, at));
      const value = formText(at < 0 ? '' : pair.slice(at + 1));
      const hidden = value !== '' && name.split(/[[\].]/).some((part) => part !== '' && isMasked(part));
      return `${coverText(name)}=${hidden ? covered('covered') : within(value)}`;
    })
    .join('\n');
}

function formText(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Half an escape: shown as it came.
    return spaced;
  }
}

/** Text that is neither JSON nor a form (XML, a broken body): values that stand right behind a masked name. */
function maskUnread(text: string, names: ReadonlySet<string>): string {
  return text
    .replace(/<([\w:.-]{1,60})(\s[^<>]*)?>([^<>]+)<\/\1>/g, (all, name: string, rest: string | undefined) => (names.has(plainName(name.split(':').at(-1) ?? name)) ? `<${name}${rest ?? ''}>${covered('covered')}</${name}>` : all))
    .replace(/(["']?)([\w-]{1,60})\1(\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}\]]+)/g, (all, quote: string, name: string, between: string) => (names.has(plainName(name)) ? `${quote}${name}${quote}${between}${covered('covered')}` : all));
}
