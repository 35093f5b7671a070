import type { Message } from '../contract/record/people.ts';
import type { Booking } from '../contract/record/trade.ts';
import { ok, type Result } from '../contract/result.ts';
import type { Change } from '../domain/record/changes.ts';
import type { BridgeBody } from './bridgeFields.ts';
import {
  base,
  byEmail,
  client,
  clientRef,
  dayIn,
  madeId,
  moneyOf,
  nameOf,
  ownerOf,
  projectRef,
  shapeUnknown,
  timeIn,
  versionOf,
  type Ref,
  type Told,
} from './bridgeParts.ts';
import { emailAddress, known, minorUnitsOfDecimal } from './fields.ts';
import type { NormaliseError } from './vendor.ts';
import { knownZone } from './wallTime.ts';
import { bookingStatus, documentKind, documentStatus, messageChannel, messageDirection, paymentStatus } from './words.ts';

/** What the bridge's fields mean. */

type Read = Result<readonly Change[], NormaliseError>;

function project(body: BridgeBody, told: Told, status: Booking['status'] | null): Read {
  const ref = projectRef(body, told);
  if (!ref) return shapeUnknown(`${told.trigger}: project_id is missing, and client_email with project_date cannot stand in for it.`);
  const money = moneyOf(body, told);
  if (!money.ok) return money;
  const person = clientRef(body);
  const change: Change = {
    kind: 'booking',
    ...base(body, ref, versionOf(body), told),
    fields: known({
      title: body.project_name ?? body.project_type,
      ...ownerOf(body, told),
      place: body.project_location ?? body.venue,
      status,
      startsAt: timeIn(body.project_starts_at, told),
      endsAt: timeIn(body.project_ends_at, told),
      callTime: timeIn(body.call_time, told),
      ...money.value,
    }),
    ...(person ? { contactRemote: person } : {}),
    ...(told.kind === 'lead' ? { begins: true } : {}),
  };
  const named = nameOf(body) ?? body.client_email;
  const words = told.kind === 'lead' ? enquiry(body, ref, told) : null;
  return ok([...(person && named ? [client(body, person, told)] : []), change, ...(words ? [words] : [])]);
}

/** What somebody wrote when they asked; the record has no other place for it than among the messages. */
function enquiry(body: BridgeBody, of: Ref, told: Told): Change | null {
  const lines = [body.message_text, body.notes, body.guest_count === undefined ? undefined : `Guests: ${body.guest_count}`].filter(
    (line) => line !== undefined,
  );
  const text = lines.join('\n\n').slice(0, 4000).toWellFormed();
  if (text === '') return null;
  return {
    kind: 'message',
    ...base(body, { type: 'message', id: madeId('enquiry', of.id) }, versionOf(body), told),
    fields: {
      channel: messageChannel(body.message_channel) ?? 'email',
      direction: 'in',
      status: 'received',
      text,
      ...known({ fromName: nameOf(body), fromAddress: emailAddress(body.client_email), subject: body.message_subject ?? body.project_name }),
    },
  };
}

function payment(body: BridgeBody, told: Told): Read {
  const money = moneyOf(body, told);
  if (!money.ok) return money;
  if (money.value === null) return shapeUnknown(`${told.trigger}: amount must be a decimal number such as 1250.00.`);
  const { amountMinor, currency } = money.value;
  const said = paymentStatus(body.payment_status);
  if (said === null) return shapeUnknown(`${told.trigger}: payment_status is none of paid, pending, failed, refunded, partly refunded.`);
  const sentBack =
    body.refunded_amount === undefined ? (said === 'refunded' ? amountMinor : null) : minorUnitsOfDecimal(body.refunded_amount, currency);
  if ((said === 'partly_refunded' || body.refunded_amount !== undefined) && (sentBack === null || sentBack < 0)) {
    return shapeUnknown(`${told.trigger}: refunded_amount must be a decimal number such as 250.00.`);
  }
  // Many systems say refunded whatever part of it went back.
  const status = said === 'refunded' && sentBack !== null && sentBack < amountMinor ? 'partly_refunded' : said;
  const paidAt = timeIn(body.paid_at, told);
  const of = projectRef(body, told);
  const who = of?.id ?? byEmail(body);
  const id = body.payment_id ?? (who && body.paid_at ? madeId(who, amountMinor, body.paid_at) : null);
  if (!id) return shapeUnknown(`${told.trigger}: payment_id is missing, and project or client with paid_at cannot stand in for it.`);
  return ok([
    {
      kind: 'payment',
      ...base(body, { type: 'payment', id }, paidAt ?? versionOf(body), told),
      fields: {
        status,
        amountMinor,
        currency,
        ...(status === 'failed' ? {} : { failureReason: null }),
        ...known({ refundedMinor: sentBack, description: body.payment_name ?? body.project_name, payerName: nameOf(body), paidAt }),
      },
      ...(of ? { bookingRemote: of } : {}),
    },
  ]);
}

const meetingId = (body: BridgeBody): string | null => {
  // The title stands in for an id, not the time: a meeting that is moved stays the same meeting.
  const who = body.project_id ?? byEmail(body);
  return body.meeting_id ?? (who && body.meeting_title ? madeId(who, body.meeting_title) : null);
};

/** A meeting takes the vendor's time as a booking does, and is shown beside theirs. */
function meeting(body: BridgeBody, told: Told): Read {
  const startsAt = timeIn(body.meeting_starts_at, told);
  if (startsAt === null)
    return shapeUnknown(`${told.trigger}: meeting_starts_at must be an ISO time with its offset, or the connection must have a time zone.`);
  const id = meetingId(body);
  if (!id) return shapeUnknown(`${told.trigger}: meeting_id is missing, and project or client with meeting_title cannot stand in for it.`);
  const person = clientRef(body);
  return ok([
    {
      kind: 'booking',
      ...base(body, { type: 'meeting', id }, versionOf(body), told),
      fields: {
        title: `Meeting: ${body.meeting_title ?? body.project_name ?? 'untitled'}`.slice(0, 300).toWellFormed(),
        status: bookingStatus(body.project_status) === 'cancelled' ? 'cancelled' : 'definite',
        startsAt,
        ...known({ ...ownerOf(body, told), endsAt: timeIn(body.meeting_ends_at, told), place: body.meeting_location }),
      },
      ...(person ? { contactRemote: person } : {}),
    },
  ]);
}

/** An entry of a calendar kept elsewhere. */
function calendar(body: BridgeBody, told: Told, deleted: boolean): Read {
  const id = meetingId(body);
  if (!id) return shapeUnknown(`${told.trigger}: meeting_id is needed.`);
  const of = projectRef(body, told);
  const at = { ...base(body, { type: 'calendar_entry', id }, versionOf(body), told), ...(of ? { bookingRemote: of } : {}) };
  if (deleted) return ok([{ kind: 'calendarEvent', ...at, fields: { status: 'cancelled' }, deleted: true }]);
  const [startsAt, endsAt] = [timeIn(body.meeting_starts_at, told), timeIn(body.meeting_ends_at, told)];
  if (startsAt === null || endsAt === null) {
    return shapeUnknown(
      `${told.trigger}: meeting_starts_at and meeting_ends_at must be ISO times with their offset, or the connection must have a time zone.`,
    );
  }
  if (endsAt < startsAt) return shapeUnknown(`${told.trigger}: meeting_ends_at is before meeting_starts_at.`);
  const shown = { title: body.meeting_title ?? 'Busy', startsAt, endsAt, allDay: false, status: 'confirmed', busy: true } as const;
  return ok([
    { kind: 'calendarEvent', ...at, fields: { ...shown, ...known({ zone: knownZone(told.settings['zone']), place: body.meeting_location }) } },
  ]);
}

/** Only an address that a browser opens as a page; anything else is left out. */
const pageUrl = (text: string | undefined): string | null => (text !== undefined && /^https?:\/\/[^\s<>"']+$/i.test(text) ? text : null);

function document(body: BridgeBody, told: Told): Read {
  const of = projectRef(body, told);
  const who = of?.id ?? byEmail(body);
  const id = body.document_id ?? (who && body.document_title ? madeId(who, body.document_title) : null);
  if (!id) return shapeUnknown(`${told.trigger}: document_id is missing, and project or client with document_title cannot stand in for it.`);
  return ok([
    {
      kind: 'document',
      ...base(body, { type: 'document', id }, versionOf(body), told),
      fields: known({
        title: body.document_title,
        kind: documentKind(body.document_kind),
        status: documentStatus(body.document_status),
        url: pageUrl(body.document_url),
      }),
      ...(of ? { bookingRemote: of } : {}),
    },
  ]);
}

function message(body: BridgeBody, told: Told): Read {
  const text = body.message_text ?? body.notes;
  const who = body.project_id ?? body.client_id ?? byEmail(body) ?? body.message_from ?? body.client_phone;
  const id = body.message_id ?? (who && body.message_sent_at ? madeId(who, body.message_sent_at) : null);
  if (!id) return shapeUnknown(`${told.trigger}: message_id is missing, and the client with message_sent_at cannot stand in for it.`);
  const direction: Message['direction'] = messageDirection(body.message_direction) ?? 'in';
  const sentAt = timeIn(body.message_sent_at, told);
  const theirs = body.client_email ?? body.client_phone;
  const at = base(body, { type: 'message', id }, sentAt ?? versionOf(body), told);
  return ok([
    {
      kind: 'message',
      ...at,
      wedding: { ...at.wedding, ...(body.client_phone ? { phone: body.client_phone } : {}) },
      fields: {
        direction,
        channel: messageChannel(body.message_channel) ?? 'email',
        status: direction === 'in' ? 'received' : 'sent',
        ...known({
          text, sentAt, subject: body.message_subject,
          fromName: direction === 'in' ? nameOf(body) : null,
          fromAddress: body.message_from ?? (direction === 'in' ? theirs : null),
          toAddress: body.message_to ?? (direction === 'out' ? theirs : null),
        }),
      },
    },
  ]);
}

const WEDDING_STATUS = { lead: 'enquiry', hold: 'hold', definite: 'confirmed', completed: 'completed', cancelled: 'cancelled' } as const;

/** A wedding of the house's own book of events. Without its times a new one is parked; one that is known takes what was sent. */
function wedding(body: BridgeBody, told: Told): Read {
  if (!body.project_id) return shapeUnknown(`${told.trigger}: project_id is needed.`);
  const guests = body.guest_count === undefined ? null : Number(body.guest_count);
  if (guests !== null && (!Number.isSafeInteger(guests) || guests < 0)) return shapeUnknown(`${told.trigger}: guest_count must be a whole number.`);
  const status = bookingStatus(body.project_status);
  return ok([
    {
      kind: 'wedding',
      remote: { type: 'wedding', id: body.project_id, version: versionOf(body) },
      wedding: { email: emailAddress(body.client_email), date: dayIn(body, told) },
      occurredAt: versionOf(body),
      fields: known({
        title: body.project_name,
        date: dayIn(body, told),
        zone: knownZone(told.settings['zone']),
        room: body.venue ?? body.project_location,
        guestCount: guests,
        startsAt: timeIn(body.project_starts_at, told), endsAt: timeIn(body.project_ends_at, told), status: status && WEDDING_STATUS[status],
      }),
    },
  ]);
}

/** `body` with what its trigger means already filled in. */
export function changesOfBridge(body: BridgeBody, told: Told): Read {
  switch (told.kind) {
    case 'client':
    case 'client_gone': {
      const ref = clientRef(body);
      if (!ref) return shapeUnknown(`${told.trigger}: client_id or client_email is needed.`);
      const change = client(body, ref, told);
      return ok([told.kind === 'client_gone' && change.kind === 'contact' ? { ...change, fields: {}, deleted: true } : change]);
    }
    case 'lead':
      return project(body, told, 'lead');
    case 'booking':
      return project(body, told, bookingStatus(body.project_status, told.stages) ?? 'definite');
    case 'stage':
      return project(body, told, bookingStatus(body.project_stage ?? body.project_status, told.stages));
    case 'payment':
      return payment(body, told);
    case 'meeting':
      return meeting(body, told);
    case 'calendar':
    case 'calendar_gone':
      return calendar(body, told, told.kind === 'calendar_gone');
    case 'document':
      return document(body, told);
    case 'message':
      return message(body, told);
    case 'wedding':
      return wedding(body, told);
  }
}
