import type { ErrorCode } from '../../contract/errors.ts';
import type { CollectionName } from '../../contract/record.ts';
import type { Change } from './changes.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from './drafts.ts';
import { planContact } from './planContact.ts';
import { planOther } from './planOther.ts';
import { heard, isGone, unlessKept, type Standing } from './told.ts';
import type { Mapping, View } from './view.ts';

export { isStale } from './versions.ts';
export type { Mapping, View } from './view.ts';

/** What must be at hand before {@link planChanges} can decide; the store loads it in a few set queries. */
export interface Needs {
  /** Objects of this connection whose mapping (and row) is wanted, as `type` + `id`. */
  readonly remotes: readonly { readonly type: string; readonly id: string }[];
  readonly weddingIds: readonly string[];
  /** Lower case. */
  readonly emails: readonly string[];
  /** As {@link phoneEnd} gives them. */
  readonly phones: readonly string[];
  readonly dates: readonly string[];
}

export interface MappingDraft extends Mapping {
  readonly remoteType: string;
  readonly remoteId: string;
}

/** A fact of no wedding yet. `about` = the row that was made of it; null = none could be. */
export interface Parked {
  readonly reason: ErrorCode;
  readonly title: string;
  readonly about: { readonly collection: CollectionName; readonly id: string } | null;
}

export interface Plan {
  readonly drafts: readonly EventDraft[];
  readonly mappings: readonly MappingDraft[];
  /** Facts that are kept but belong to no wedding yet; a person decides. */
  readonly parked: readonly Parked[];
  /** It told of somebody who was erased: the delivery itself must not be kept either. */
  readonly forget: boolean;
}

/** Country and trunk prefixes are written in many ways; the last nine digits are the number. */
const PHONE_END = 9;
const PHONE_SHORTEST = 7;

/** By what numbers are compared; null = too short to be anybody's. */
export function phoneEnd(phone: string): string | null {
  const digits = phone.replace(/\D/g, '');
  return digits.length >= PHONE_SHORTEST ? digits.slice(-PHONE_END) : null;
}

export function needsOf(changes: readonly Change[]): Needs {
  const remotes = new Map<string, { type: string; id: string }>();
  const weddingIds = new Set<string>();
  const emails = new Set<string>();
  const phones = new Set<string>();
  const dates = new Set<string>();
  const want = (ref: { type: string; id: string } | null | undefined) => {
    if (ref) remotes.set(`${ref.type}\n${ref.id}`, { type: ref.type, id: ref.id });
  };
  for (const change of changes) {
    want(change.remote);
    want(change.wedding.remote);
    if (change.kind === 'payment' || change.kind === 'document' || change.kind === 'calendarEvent') want(change.bookingRemote);
    if (change.kind === 'booking') want(change.contactRemote);
    if (change.wedding.weddingId) weddingIds.add(change.wedding.weddingId);
    if (change.wedding.email) emails.add(change.wedding.email.toLowerCase());
    if (change.kind === 'contact' && change.fields.email) emails.add(change.fields.email.toLowerCase());
    const phone = change.wedding.phone ? phoneEnd(change.wedding.phone) : null;
    if (phone !== null) phones.add(phone);
    if (change.wedding.date) dates.add(change.wedding.date);
    if (change.kind === 'weather') for (const day of daysOf(change.fields.startsAt, change.fields.endsAt)) dates.add(day);
  }
  return { remotes: [...remotes.values()], weddingIds: [...weddingIds], emails: [...emails], phones: [...phones], dates: [...dates] };
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 16;

/** The days from one instant to the other, a day's slack on both sides: which day it is depends on where one is. */
export function daysOf(startsAt: string | undefined, endsAt: string | null | undefined): string[] {
  if (!startsAt) return [];
  const from = Date.parse(startsAt) - DAY_MS;
  const to = Math.min(Date.parse(endsAt ?? startsAt) + DAY_MS, from + MOST_DAYS * DAY_MS);
  const days: string[] = [];
  for (let at = from; at <= to; at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

const WEDDING_OF: Partial<Record<CollectionName, true>> = { bookings: true, contacts: true, payments: true, messages: true, documents: true };

/**
 * Brings a fact to its wedding by the strongest clue that gives exactly one answer: our id, a mapped object, the
 * e-mail of a contact (narrowed by the day when several weddings share it). The day alone never decides.
 */
export function matchWedding(change: Change, view: View): string | null {
  const clue = change.wedding;
  if (clue.weddingId && view.row('weddings', clue.weddingId)) return clue.weddingId;
  if (clue.remote) {
    const mapped = view.mapping(clue.remote.type, clue.remote.id);
    if (mapped?.collection === 'weddings') return mapped.id;
    if (mapped && WEDDING_OF[mapped.collection]) {
      const row = view.row(mapped.collection as 'bookings', mapped.id);
      if (row?.weddingId) return row.weddingId;
    }
  }
  if (clue.email) {
    const byEmail = view.weddingsByEmail(clue.email.toLowerCase());
    const [first] = byEmail;
    if (first && byEmail.length === 1) return first.id;
    const sameDay = clue.date ? byEmail.filter((wedding) => wedding.date === clue.date) : [];
    const [onDay] = sameDay;
    if (onDay && sameDay.length === 1) return onDay.id;
  }
  if (clue.phone) {
    const weddings = new Set(view.contactsByPhone(clue.phone).map((contact) => contact.weddingId));
    const [only] = weddings;
    if (only && weddings.size === 1) return only;
  }
  return null;
}

/** As what the log tells a payment of each status. */
export const PAYMENT_EVENT = {
  pending: 'payment.recorded',
  completed: 'payment.completed',
  failed: 'payment.failed',
  refunded: 'payment.refunded',
  partly_refunded: 'payment.refunded',
} as const;

/** Somebody who was erased is told about: what the facts say in words is left out, since it may name them. */
function wordless(change: Change): Change {
  switch (change.kind) {
    case 'booking':
      return { ...change, fields: without(change.fields, ['title', 'vendorName', 'place', 'lines']) };
    case 'payment':
      return { ...change, fields: without(change.fields, ['description', 'payerName', 'failureReason']) };
    case 'wedding':
      return { ...change, fields: without(change.fields, ['title']) };
    case 'message':
      return { ...change, fields: without(change.fields, ['fromName', 'fromAddress', 'toAddress', 'subject', 'text', 'failureReason']) };
    case 'document':
      return { ...change, fields: without(change.fields, ['title', 'url']) };
    case 'calendarEvent':
      return { ...change, fields: without(change.fields, ['title', 'place']) };
    case 'contact':
    case 'weather':
      return change;
  }
}

const without = <F extends object>(fields: F, names: readonly (keyof F)[]): F => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name as keyof F))) as F;

/**
 * Turns one delivery's changes into event drafts. Pure: same view and changes, same plan (ids come from `newId`).
 * Of an object that was told before, what is older than what is held counts only where nothing newer speaks (`heard`); a fact
 * that differs in nothing gives no event.
 *
 * @param readAt when the objects were read at their source, in milliseconds since the epoch; null = the facts came by themselves
 */
export function planChanges(changes: readonly Change[], view: View, context: DraftContext, newId: () => string, readAt: number | null = null): Plan {
  const drafts: EventDraft[] = [];
  const mappings: MappingDraft[] = [];
  const parked: Parked[] = [];
  const planned = new Map<string, MappingDraft>();
  const created = new Map<string, { weddingId?: string | null }>();

  const mappingOf = (type: string, id: string): Mapping | null => planned.get(`${type}\n${id}`) ?? view.mapping(type, id);
  const scoped: View = {
    mapping: mappingOf,
    row: ((collection: CollectionName, id: string) => created.get(id) ?? view.row(collection, id)) as View['row'],
    weddingsByEmail: (email) => view.weddingsByEmail(email),
    weddingsByDate: (date) => view.weddingsByDate(date),
    contactsByEmail: (email) => view.contactsByEmail(email),
    contactsByPhone: (phone) => view.contactsByPhone(phone),
    unresolvedAlerts: (subjectId) => view.unresolvedAlerts(subjectId),
  };
  let standing: Standing = { remoteVersion: null, told: null };
  let remembered = false;
  const remember = (change: Change, collection: CollectionName, id: string) => {
    const mapping: MappingDraft = { collection, id, remoteType: change.remote.type, remoteId: change.remote.id, ...standing };
    planned.set(`${change.remote.type}\n${change.remote.id}`, mapping);
    mappings.push(mapping);
    remembered = true;
  };
  const localId = (ref: { type: string; id: string } | null | undefined, collection: CollectionName): string | null => {
    const mapped = ref ? mappingOf(ref.type, ref.id) : null;
    return mapped?.collection === collection ? mapped.id : null;
  };
  const push = (draft: EventDraft | null) => {
    if (!draft) return;
    drafts.push(draft);
    created.set(draft.row.id, draft.row as { weddingId?: string | null });
  };

  const isErased = (ref: { type: string; id: string } | null | undefined): boolean => (ref ? mappingOf(ref.type, ref.id)?.erased === true : false);
  const forget = changes.some((change) => isErased(change.remote) || isErased(change.wedding.remote) || (change.kind === 'booking' && isErased(change.contactRemote)));
  if (forget) parked.push({ reason: 'normalise.person_erased', title: 'Somebody who was erased', about: null });

  for (const told of changes) {
    if (isErased(told.remote)) continue;
    const whole = forget ? wordless(told) : told;
    const mapped = mappingOf(whole.remote.type, whole.remote.id);
    const said = unlessKept(heard(whole, mapped && { remoteVersion: mapped.remoteVersion, told: mapped.told ?? null }, readAt));
    standing = said.standing;
    remembered = false;
    const late = said.change === null;
    // When it was taken away or read counts, even if nothing else of it does.
    if (late && mapped && standing.told !== (mapped.told ?? null)) remember(whole, mapped.collection, mapped.id);
    // Whether somebody may be mailed goes by its own time, and is never too late.
    if (late && !(whole.kind === 'contact' && whole.consent)) continue;
    const change = said.change ?? whole;
    const at = change.occurredAt;
    const source = { ...context, source: context.source ? { ...context.source, remoteId: forget ? null : change.remote.id } : null };

    switch (change.kind) {
      case 'wedding': {
        const current = mapped ? scoped.row('weddings', mapped.id) : null;
        if (current) {
          const type = change.fields.status === 'cancelled' && current.status !== 'cancelled' ? 'wedding.cancelled' : 'wedding.updated';
          push(draftUpdated(type, 'weddings', current.id, current, change.fields, at, source));
          remember(change, 'weddings', current.id);
          break;
        }
        const f = change.fields;
        if (!f.title || !f.date || !f.zone || !f.startsAt || !f.endsAt) {
          parked.push({ reason: 'normalise.no_wedding_matched', title: f.title ?? 'Wedding without a date', about: null });
          break;
        }
        const id = newId();
        push(draftCreated('wedding.created', 'weddings', id, { id, title: f.title, date: f.date, zone: f.zone, startsAt: f.startsAt, endsAt: f.endsAt, room: f.room ?? null, status: f.status ?? 'enquiry', guestCount: f.guestCount ?? null }, at, source));
        remember(change, 'weddings', id);
        break;
      }
      case 'contact':
        planContact(change, {
          view: scoped, mapped, origin: source, late, weddingId: () => matchWedding(change, scoped), newId, push,
          remember(id, others) {
            if (others) standing = { ...standing, told: { ...(standing.told ?? { at: {} }), others } };
            remember(change, 'contacts', id);
          },
        });
        break;
      case 'booking': {
        const current = mapped ? scoped.row('bookings', mapped.id) : null;
        const contactId = localId(change.contactRemote, 'contacts');
        if (current) {
          const weddingId = current.weddingId ?? matchWedding(change, scoped);
          const type = change.begins !== true && change.fields.status === 'cancelled' && current.status !== 'cancelled' ? 'booking.cancelled' : 'booking.updated';
          const { status: _begun, ...rest } = change.fields;
          push(draftUpdated(type, 'bookings', weddingId, current, { ...(change.begins === true ? rest : change.fields), weddingId, ...(contactId ? { contactId } : {}) }, at, source));
          remember(change, 'bookings', current.id);
          break;
        }
        const f = change.fields;
        const weddingId = matchWedding(change, scoped);
        const id = newId();
        if (!weddingId) parked.push({ reason: 'normalise.no_wedding_matched', title: f.title ?? 'Booking', about: { collection: 'bookings', id } });
        push(
          draftCreated(
            'booking.created',
            'bookings',
            weddingId,
            {
              id,
              weddingId,
              title: f.title ?? 'Booking',
              trade: f.trade ?? 'other',
              vendorName: f.vendorName ?? null,
              contactId,
              status: f.status ?? 'lead',
              startsAt: f.startsAt ?? null,
              endsAt: f.endsAt ?? null,
              callTime: f.callTime ?? null,
              place: f.place ?? null,
              amountMinor: f.amountMinor ?? null,
              currency: f.currency ?? null,
              lines: f.lines ?? null,
            },
            at,
            source,
          ),
        );
        remember(change, 'bookings', id);
        break;
      }
      case 'payment': {
        const current = mapped ? scoped.row('payments', mapped.id) : null;
        const bookingId = localId(change.bookingRemote, 'bookings');
        if (current) {
          const status = change.fields.status ?? current.status;
          push(draftUpdated(PAYMENT_EVENT[status], 'payments', current.weddingId, current, { ...change.fields, ...(bookingId ? { bookingId } : {}) }, at, source));
          remember(change, 'payments', current.id);
          break;
        }
        const f = change.fields;
        const booking = bookingId ? scoped.row('bookings', bookingId) : null;
        const weddingId = matchWedding(change, scoped) ?? booking?.weddingId ?? null;
        const id = newId();
        if (!weddingId) parked.push({ reason: 'normalise.no_wedding_matched', title: f.description ?? f.payerName ?? 'Payment', about: { collection: 'payments', id } });
        const status = f.status ?? 'pending';
        push(
          draftCreated(
            PAYMENT_EVENT[status],
            'payments',
            weddingId,
            {
              id,
              weddingId,
              bookingId,
              description: f.description ?? null,
              payerName: f.payerName ?? null,
              status,
              amountMinor: f.amountMinor ?? 0,
              refundedMinor: f.refundedMinor ?? 0,
              currency: f.currency ?? 'XXX',
              paidAt: f.paidAt ?? null,
              failureReason: f.failureReason ?? null,
            },
            at,
            source,
          ),
        );
        remember(change, 'payments', id);
        break;
      }
      case 'message':
      case 'document':
      case 'calendarEvent':
      case 'weather':
        planOther(change, {
          view: scoped,
          mapped,
          origin: source,
          weddingId: () => matchWedding(change, scoped),
          localId,
          newId,
          push,
          remember: (collection, id) => remember(change, collection, id),
          park: (title, about) => parked.push({ reason: 'normalise.no_wedding_matched', title, about }),
        });
        break;
    }
    // Taken away while it is not here: what is older than that must not bring it.
    const namesNothing = change.kind === 'contact' && change.knownOnly === true;
    if (isGone(change) && !late && !remembered && !namesNothing && change.remote.version !== null) {
      remember(change, change.kind === 'contact' ? 'contacts' : 'calendarEvents', mapped?.id ?? newId());
    }
  }
  return { drafts, mappings, parked, forget };
}
