import { shell } from 'electron';
import { err, ok, type Result } from '../../core/contract/result.ts';

export type ExternalRefusal = 'not_an_address' | 'scheme_refused' | 'credentials_refused' | 'bad_host' | 'bad_mail';

const SCHEMES = new Set(['https:', 'http:', 'mailto:']);
/** Whitespace, control characters, quotes and shell characters: a handler on some desktop may see the text raw. */
// Written as escapes, because a literal control character in a pattern is easy to miss.
const HOSTILE = new RegExp('[\\u0000-\\u0020\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069"<>\\\\^`{|}]');
const MAIL = /^[^\s@<>"%]+@[^\s@<>"%]+$/;

/**
 * The form in which an address may leave the program: parsed, checked, serialised again, so that what is opened is what
 * was checked. @returns the address to open.
 */
export function checkExternal(text: string): Result<string, ExternalRefusal> {
  if (text.length > 2_000 || HOSTILE.test(text)) return err('not_an_address');
  const url = URL.parse(text);
  if (!url) return err('not_an_address');
  if (!SCHEMES.has(url.protocol)) return err('scheme_refused');
  if (url.protocol === 'mailto:') {
    // Only the address: prefilled bodies and attachments are a known way to make a mail program send files.
    return MAIL.test(url.pathname) && url.search === '' && url.hash === '' ? ok(url.href) : err('bad_mail');
  }
  if (url.username !== '' || url.password !== '') return err('credentials_refused');
  if (url.hostname === '' || url.hostname.endsWith('.')) return err('bad_host');
  return ok(url.href);
}

/** The only door to the operating system's browser and mail program. */
export async function openExternal(text: string): Promise<Result<true, ExternalRefusal>> {
  const checked = checkExternal(text);
  if (!checked.ok) return checked;
  await shell.openExternal(checked.value);
  return ok(true);
}
