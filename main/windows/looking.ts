import { parseDeepLink, type Place } from '../../core/contract/deepLink.ts';

/** What the console may have selected behind a place; see `renderer/app/routes.ts`. */
const SELECTION = /\/(?:payment|booking|item|about|contact)\/[0-9a-f-]+$/;

/**
 * Where a console page is, read from its own address (it moves within one document, by the fragment). Null where the
 * address says nothing that is known.
 */
export function placeOfAddress(address: string): Place | null {
  if (!URL.canParse(address)) return null;
  const path = new URL(address).hash.replace(/^#\/?/, '').replace(SELECTION, '');
  const parsed = parseDeepLink(`wedsync://${path === '' ? 'day' : path}`);
  return parsed.ok ? parsed.value : null;
}
