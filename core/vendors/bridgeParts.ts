import { err, ok, type Result } from '../contract/result.ts';
import type { Change, WeddingClue } from '../domain/record/changes.ts';
import type { BridgeBody, BridgeKind } from './bridgeFields.ts';
import { dateOrderOf, writtenDay, writtenInstant } from './dates.ts';
import { currencyCode, emailAddress, instantOfText, known, minorUnitsOfDecimal, shortText } from './fields.ts';
import type { NormaliseError, StoredDelivery } from './vendor.ts';
import { contactRole, tradeOf, type BookingStatus } from './words.ts';

/** Who and what a bridge's body is about: what all kinds of triggers read alike. */

export interface Told {
  readonly trigger: string;
  readonly kind: BridgeKind;
  readonly stages: Readonly<Record<string, BookingStatus>>;
  readonly settings: StoredDelivery['settings'];
}
export type Ref = { readonly type: string; readonly id: string };

/** Remote ids made of several fields stay well within what a mapping can hold. */
const LONGEST_ID = 300;

export const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
export const madeId = (...parts: readonly (string | number)[]): string => parts.join(':').slice(0, LONGEST_ID).toWellFormed();

/** Where the system's own id was not mapped, the same person or project is found again by what identifies it to people. */
export const byEmail = (body: BridgeBody): string | null => {
  const email = emailAddress(body.client_email);
  return email === null ? null : `email:${email}`;
};

export const dayIn = (body: BridgeBody, { settings }: Told): string | null => writtenDay(body.project_date, dateOrderOf(settings['dateOrder']));
export const timeIn = (text: string | undefined, { settings }: Told): string | null => writtenInstant(text, settings['zone']);

export function clientRef(body: BridgeBody): Ref | null {
  const id = body.client_id ?? byEmail(body);
  return id ? { type: 'client', id } : null;
}

export function projectRef(body: BridgeBody, told: Told): Ref | null {
  const email = byEmail(body);
  const day = dayIn(body, told);
  const id = body.project_id ?? (email && day ? `${email}:${day}` : null);
  return id ? { type: 'project', id } : null;
}

/** Version of an object: only a real time can be compared. */
export const versionOf = (body: BridgeBody): string | null => instantOfText(body.updated_at);

/** A payment or meeting belongs where its project does, a project where its client does; nothing is a clue to itself. */
function clueOf(body: BridgeBody, self: Ref, told: Told): WeddingClue {
  const remote = [projectRef(body, told), clientRef(body)].find((ref) => ref && ref.type !== self.type);
  return { email: emailAddress(body.client_email), date: dayIn(body, told), ...(remote ? { remote } : {}) };
}

export function base(body: BridgeBody, ref: Ref, occurredAt: string | null, told: Told) {
  return { remote: { ...ref, version: versionOf(body) }, wedding: clueOf(body, ref, told), occurredAt };
}

export const nameOf = (body: BridgeBody): string | null =>
  body.client_name ?? shortText([body.client_first_name, body.client_last_name].filter(Boolean).join(' '));

export function client(body: BridgeBody, ref: Ref, told: Told): Change {
  return {
    kind: 'contact',
    ...base(body, ref, versionOf(body), told),
    fields: {
      role: contactRole(body.client_role) ?? 'couple',
      ...known({ name: nameOf(body), email: emailAddress(body.client_email), phone: body.client_phone, company: body.client_company }),
    },
  };
}

export const ownerOf = (body: BridgeBody, { settings }: Told) => ({
  trade: tradeOf(body.trade) ?? tradeOf(settings['trade']),
  vendorName: body.vendor_name ?? shortText(settings['vendorName']),
});

export function moneyOf(body: BridgeBody, told: Told): Result<{ amountMinor: number; currency: string } | null, NormaliseError> {
  if (body.amount === undefined) return ok(null);
  const currency = currencyCode(body.currency) ?? currencyCode(told.settings['currency']);
  if (currency === null) return shapeUnknown(`${told.trigger}: currency must be a three-letter code.`);
  const amountMinor = minorUnitsOfDecimal(body.amount, currency);
  if (amountMinor === null || amountMinor < 0) return shapeUnknown(`${told.trigger}: amount must be a decimal number such as 1250.00.`);
  return ok({ amountMinor, currency });
}
