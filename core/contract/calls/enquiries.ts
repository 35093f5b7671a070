import { ENQUIRIES_HTTP, type EnquiryPageAnswer, type SaveEnquiryPage } from '../enquiries.ts';
import type { Answer, AskServer } from './question.ts';

/** The page on which couples ask for a day. */
export interface EnquiryCalls {
  page(): Answer<EnquiryPageAnswer>;
  save(request: SaveEnquiryPage): Answer<EnquiryPageAnswer>;
  /** Another address; the one before is void for good. */
  replace(): Answer<EnquiryPageAnswer>;
}

const READ_MS = 8_000;
const WRITE_MS = 10_000;

export function enquiryCalls(ask: AskServer): EnquiryCalls {
  const { enquiryPage, saveEnquiryPage, replaceEnquiryAddress } = ENQUIRIES_HTTP;
  return {
    page: () => ask({ method: 'GET', path: enquiryPage.path, answer: enquiryPage.success, timeoutMs: READ_MS }),
    save: (request) => ask({ method: 'PUT', path: saveEnquiryPage.path, body: request, answer: saveEnquiryPage.success, timeoutMs: WRITE_MS }),
    replace: () => ask({ method: 'POST', path: replaceEnquiryAddress.path, body: {}, answer: replaceEnquiryAddress.success, timeoutMs: WRITE_MS }),
  };
}
