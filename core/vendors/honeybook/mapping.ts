import { TRADES, type Booking } from '../../contract/record.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change, WeddingClue } from '../../domain/record/changes.ts';
import { currencyCode, emailAddress, instantOfText, known, localDate, minorUnitsOfDecimal } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';
import type { HoneybookBody } from './fields.ts';
import { HONEYBOOK_TRIGGERS, type HoneybookTrigger } from './manifest.ts';

type Ref = { readonly type: string; readonly id: string };
type Read = Result<readonly Change[], NormaliseError>;

export const isTrigger = (text: string): text is HoneybookTrigger => (HONEYBOOK_TRIGGERS as readonly string[]).includes(text);

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });

export function changesOf(body: HoneybookBody): Result<Normalised, NormaliseError> {
  if (!body.trigger) return shapeUnknown('The field trigger is missing: the Zap or scenario must send it as a constant.');
  if (!isTrigger(body.trigger)) {
    return err({ code: 'normalise.event_unknown', message: `The trigger ${body.trigger.slice(0, 60)} is not one of ${HONEYBOOK_TRIGGERS.join(', ')}.` });
  }
  const read = READ[body.trigger](body);
  return read.ok ? ok({ kind: 'changes', changes: read.value }) : read;
}

/** Where HoneyBook's own id was not mapped, the same person or project is found again by what identifies it to people. */
const byEmail = (email: string | null): string | null => (email === null ? null : `email:${email}`);

function clientRef(body: HoneybookBody): Ref | null {
  const id = body.client_id ?? byEmail(emailAddress(body.client_email));
  return id ? { type: 'client', id } : null;
}

function projectRef(body: HoneybookBody): Ref | null {
  const email = byEmail(emailAddress(body.client_email));
  const day = localDate(body.project_date);
  const id = body.project_id ?? (email && day ? `${email}:${day}` : null);
  return id ? { type: 'project', id } : null;
}

/** Version of an object: only a real time can be compared. */
const versionOf = (body: HoneybookBody): string | null => instantOfText(body.updated_at);

/** A payment or meeting belongs where its project does, a project where its client does; nothing is a clue to itself. */
function clueOf(body: HoneybookBody, self: Ref): WeddingClue {
  const remote = [projectRef(body), clientRef(body)].find((ref) => ref && ref.type !== self.type);
  return { email: emailAddress(body.client_email), date: localDate(body.project_date), ...(remote ? { remote } : {}) };
}

function base(body: HoneybookBody, ref: Ref, occurredAt: string | null) {
  return { remote: { ...ref, version: versionOf(body) }, wedding: clueOf(body, ref), occurredAt };
}

function client(body: HoneybookBody, ref: Ref): Change {
  return {
    kind: 'contact',
    ...base(body, ref, versionOf(body)),
    fields: { role: 'couple', ...known({ name: body.client_name, email: emailAddress(body.client_email), phone: body.client_phone }) },
  };
}

function tradeOf(text: string | undefined): Booking['trade'] | null {
  const word = text?.toLowerCase().replaceAll(/[\s/&-]+/g, '_') ?? '';
  return TRADES.find((trade) => trade === word) ?? null;
}

function project(body: HoneybookBody, ref: Ref, status: Booking['status'] | null): Change {
  const person = clientRef(body);
  return {
    kind: 'booking',
    ...base(body, ref, versionOf(body)),
    fields: known({
      title: body.project_name ?? body.project_type,
      trade: tradeOf(body.trade),
      vendorName: body.vendor_name,
      place: body.project_location,
      status,
    }),
    ...(person ? { contactRemote: person } : {}),
  };
}

function withClient(body: HoneybookBody, status: Booking['status'] | null): Read {
  const ref = projectRef(body);
  if (!ref) return shapeUnknown(`${body.trigger}: project_id is missing, and client_email with project_date cannot stand in for it.`);
  const person = clientRef(body);
  const named = body.client_name ?? body.client_email;
  return ok([...(person && named ? [client(body, person)] : []), project(body, ref, status)]);
}

/** HoneyBook's stages are named by each company; these are its own names. Any other leaves the booking's status as it is. */
const STAGES: ReadonlyMap<string, Booking['status']> = new Map([
  ['inquiry', 'lead'],
  ['enquiry', 'lead'],
  ['follow up', 'lead'],
  ['meeting scheduled', 'lead'],
  ['discovery', 'lead'],
  ['proposal sent', 'hold'],
  ['contract sent', 'hold'],
  ['on hold', 'hold'],
  ['proposal signed', 'definite'],
  ['contract signed', 'definite'],
  ['retainer paid', 'definite'],
  ['booked', 'definite'],
  ['planning', 'definite'],
  ['completed', 'completed'],
  ['project completed', 'completed'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
  ['archived', 'cancelled'],
  ['lost', 'cancelled'],
]);

const statusOfStage = (stage: string | undefined): Booking['status'] | null => STAGES.get((stage ?? '').toLowerCase().replaceAll(/[\s_-]+/g, ' ').trim()) ?? null;

function payment(body: HoneybookBody): Read {
  const currency = currencyCode(body.currency);
  if (currency === null) return shapeUnknown('payment_paid: currency must be a three-letter code.');
  const amount = minorUnitsOfDecimal(body.amount, currency);
  if (amount === null || amount < 0) return shapeUnknown('payment_paid: amount must be a decimal number such as 1250.00.');
  const paidAt = instantOfText(body.paid_at);
  const of = projectRef(body);
  const who = of?.id ?? byEmail(emailAddress(body.client_email));
  const id = body.payment_id ?? (who && body.paid_at ? `${who}:${amount}:${body.paid_at}` : null);
  if (!id) return shapeUnknown('payment_paid: payment_id is missing, and project or client with paid_at cannot stand in for it.');
  return ok([
    {
      kind: 'payment',
      ...base(body, { type: 'payment', id }, paidAt ?? versionOf(body)),
      fields: {
        status: 'completed',
        amountMinor: amount,
        currency,
        failureReason: null,
        ...known({ description: body.payment_name ?? body.project_name, payerName: body.client_name, paidAt }),
      },
      ...(of ? { bookingRemote: of } : {}),
    },
  ]);
}

/** A meeting is kept as a small booking of the vendor's time: the record has no collection of its own for it. */
function meeting(body: HoneybookBody): Read {
  const startsAt = instantOfText(body.meeting_starts_at);
  if (startsAt === null) return shapeUnknown('meeting_scheduled: meeting_starts_at must be an ISO time with its offset.');
  const email = byEmail(emailAddress(body.client_email));
  // The title stands in for an id, not the time: a meeting that is moved stays the same meeting.
  const id = body.meeting_id ?? ((body.project_id ?? email) && body.meeting_title ? `${body.project_id ?? email}:${body.meeting_title}`.slice(0, 300) : null);
  if (!id) return shapeUnknown('meeting_scheduled: meeting_id is missing, and project or client with meeting_title cannot stand in for it.');
  const person = clientRef(body);
  return ok([
    {
      kind: 'booking',
      ...base(body, { type: 'meeting', id }, versionOf(body)),
      fields: {
        title: `Meeting: ${body.meeting_title ?? body.project_name ?? 'untitled'}`.slice(0, 300),
        status: 'definite',
        startsAt,
        ...known({ trade: tradeOf(body.trade), vendorName: body.vendor_name, endsAt: instantOfText(body.meeting_ends_at), place: body.meeting_location }),
      },
      ...(person ? { contactRemote: person } : {}),
    },
  ]);
}

const READ: Readonly<Record<HoneybookTrigger, (body: HoneybookBody) => Read>> = {
  client_created: (body) => {
    const ref = clientRef(body);
    return ref ? ok([client(body, ref)]) : shapeUnknown('client_created: client_id or client_email is needed.');
  },
  new_inquiry: (body) => withClient(body, 'lead'),
  project_booked: (body) => withClient(body, 'definite'),
  project_stage_changed: (body) => withClient(body, statusOfStage(body.project_stage)),
  payment_paid: payment,
  meeting_scheduled: meeting,
};
