import type { EnquiryCalls } from '../../../core/contract/calls/enquiries.ts';
import { NEW_ENQUIRY_SETTINGS, type EnquiryPageAnswer } from '../../../core/contract/enquiries.ts';
import { codedError } from '../../../core/contract/errors.ts';
import { err, ok } from '../../../core/contract/result.ts';

/** Typed as the welcome it plays the part: somebody else has saved the page meanwhile. */
export const ENQUIRY_PLAYED = { meanwhile: 'somebody was first' } as const;

/** What a server would say of the page on which couples ask for a day. */
export function sceneEnquiries(which: 'open' | 'new' | 'away', start: number, reachable: boolean): EnquiryCalls {
  const origin = reachable ? 'https://wedsync.harrow.test' : 'http://127.0.0.1:8443';
  let replaced = 0;
  const address = (): string => `${origin}/ask/${`played-${replaced}-page-`.repeat(4).slice(0, 43)}`;
  let page: EnquiryPageAnswer =
    which === 'new'
      ? { settings: NEW_ENQUIRY_SETTINGS, version: 0, url: null, reachable, changedAt: null, changedBy: null }
      : { settings: { ...NEW_ENQUIRY_SETTINGS, open: true, welcome: 'Harrow House looks forward to you.' }, version: 3, url: address(), reachable, changedAt: new Date(start - 86_400_000).toISOString(), changedBy: 'Front desk' };
  const away = err(codedError('server.unreachable', 'no line', true));
  return {
    page: async () => (which === 'away' ? away : ok(page)),
    async save({ basedOnVersion, settings }) {
      if (which === 'away') return away;
      if (basedOnVersion !== page.version || settings.welcome === ENQUIRY_PLAYED.meanwhile) return err(codedError('enquiry.changed_meanwhile', 'another version stands'));
      if (settings.open && settings.roomIds.length === 0) return err(codedError('enquiry.no_rooms', 'no room'));
      page = { ...page, settings, version: page.version + 1, url: settings.open ? (page.url ?? address()) : page.url, changedAt: new Date().toISOString(), changedBy: 'Front desk' };
      return ok(page);
    },
    async replace() {
      if (which === 'away') return away;
      replaced += 1;
      page = { ...page, url: address() };
      return ok(page);
    },
  };
}
