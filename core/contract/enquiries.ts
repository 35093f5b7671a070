import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

/**
 * The page on which a couple sees which days of a room are free and asks for one (docs/enquiries.md): what a house says of it.
 * Whoever has its address can open it, and the house may show that address to anybody.
 */

/** On the clocks of the venue. */
export const EnquiryTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Rooms that one page may offer. */
export const MOST_ENQUIRY_ROOMS = 20;

export const EnquirySettings = z.strictObject({
  /** False = nobody is let in; the address stays and answers again once it is true. */
  open: z.boolean(),
  /** Resources of kind room, in the order in which they are offered. */
  roomIds: z.array(Id).max(MOST_ENQUIRY_ROOMS),
  monthsAhead: z.int().min(1).max(36),
  /** Usual hours of a celebration; one whose end is not after its start ends on the next day. */
  from: EnquiryTime,
  to: EnquiryTime,
  /** False = only the form is shown. */
  showDays: z.boolean(),
  /** For how long the room is held for whoever asks; 0 = not at all. */
  holdDays: z.int().min(0).max(60),
  /** A word of the house above the page; may be empty. */
  welcome: z.string().trim().max(600),
});
export type EnquirySettings = z.infer<typeof EnquirySettings>;

/** Before anybody has said anything. */
export const NEW_ENQUIRY_SETTINGS: EnquirySettings = {
  open: false, roomIds: [], monthsAhead: 18, from: '12:00', to: '00:00', showDays: true, holdDays: 7, welcome: '',
};

/** `GET /api/enquiries/page`. */
export const EnquiryPageAnswer = z.object({
  settings: EnquirySettings,
  /** Counts what was saved; 0 = nothing was yet. */
  version: z.int().min(0),
  /** Null = the page was never open. */
  url: z.url().nullable(),
  /** False = the address is of this machine or network, and nobody outside reaches it. */
  reachable: z.boolean(),
  changedAt: Instant.nullable(),
  /** Name of the device or person; null = it is not there any more. */
  changedBy: z.string().nullable(),
});
export type EnquiryPageAnswer = z.infer<typeof EnquiryPageAnswer>;

/** `PUT /api/enquiries/page`. Errors: `enquiry.changed_meanwhile`, `enquiry.no_rooms` (open without one), `request.not_found` (no such room). */
export const SaveEnquiryPage = z.strictObject({ basedOnVersion: z.int().min(0), settings: EnquirySettings });
export type SaveEnquiryPage = z.infer<typeof SaveEnquiryPage>;

/** `POST /api/enquiries/page/address`: another address; the one before answers 410 for good. Errors: `enquiry.never_open`. */
export const ENQUIRIES_HTTP = {
  enquiryPage: { method: 'GET', path: '/api/enquiries/page', request: {}, success: EnquiryPageAnswer },
  saveEnquiryPage: { method: 'PUT', path: '/api/enquiries/page', request: { body: SaveEnquiryPage }, success: EnquiryPageAnswer },
  replaceEnquiryAddress: { method: 'POST', path: '/api/enquiries/page/address', request: { body: z.strictObject({}) }, success: EnquiryPageAnswer },
} as const;
