import type { CalendarEvent } from '../../contract/record/day.ts';
import type { Message } from '../../contract/record/people.ts';
import type { Change } from './changes.ts';
import { resourceTaken } from '../calendars/targets.ts';
import { isNumberOnly } from './consent.ts';
import { draftCreated, draftUpdated } from './drafts.ts';
import { existing, type PlanTools } from './planTools.ts';
import type { View } from './view.ts';

export type OtherChange = Extract<Change, { kind: 'message' | 'document' | 'calendarEvent' | 'weather' }>;

/** How far a message has got; a lower stage that is told late is old news. A message that failed and arrived after all has arrived. */
const STAGE: Readonly<Record<Message['status'], number>> = { queued: 0, sent: 1, failed: 2, delivered: 3, read: 4, received: 5 };

/** Exactly one contact has this address or number; where several weddings share one, only those of the found wedding count. */
function contactOf({ wedding }: OtherChange, weddingId: string | null, view: View): string | null {
  const byEmail = wedding.email ? view.contactsByEmail(wedding.email.toLowerCase()) : [];
  const byPhone = wedding.phone ? view.contactsByPhone(wedding.phone) : [];
  const all = new Map([...byEmail, ...byPhone].map((contact) => [contact.id, contact]));
  const near = [...all.values()].filter((contact) => weddingId === null || contact.weddingId === weddingId || contact.weddingId === null);
  // Who is known by the number alone stands behind whoever is known by more.
  const known = near.filter((contact) => !isNumberOnly(contact));
  const candidates = known.length > 0 ? known : near;
  const [only] = candidates;
  return only && candidates.length === 1 ? only.id : null;
}

function planMessage(change: Extract<OtherChange, { kind: 'message' }>, tools: PlanTools): void {
  const { fields: f, occurredAt } = change;
  const current = existing(tools, 'messages');
  if (current) {
    const late = f.status !== undefined && STAGE[f.status] < STAGE[current.status];
    const { status: _status, failureReason: _reason, ...rest } = f;
    tools.push(draftUpdated('message.updated', 'messages', current.weddingId, current, late ? rest : { ...f, ...(f.status === undefined || f.status === 'failed' ? {} : { failureReason: null }) }, occurredAt, tools.origin));
    tools.remember('messages', current.id);
    return;
  }
  const weddingId = tools.weddingId();
  const id = tools.newId();
  const direction = f.direction ?? 'in';
  tools.push(
    draftCreated(
      direction === 'in' ? 'message.received' : 'message.sent',
      'messages',
      weddingId,
      {
        id, weddingId, contactId: contactOf(change, weddingId, tools.view), channel: f.channel ?? 'email', direction,
        fromName: f.fromName ?? null, fromAddress: f.fromAddress ?? null, toAddress: f.toAddress ?? null, subject: f.subject ?? null, text: f.text ?? null,
        status: f.status ?? (direction === 'in' ? 'received' : 'sent'), failureReason: f.failureReason ?? null, sentAt: f.sentAt ?? null,
      },
      occurredAt,
      tools.origin,
    ),
  );
  tools.remember('messages', id);
}

function planDocument(change: Extract<OtherChange, { kind: 'document' }>, tools: PlanTools): void {
  const { fields: f, occurredAt } = change;
  const bookingId = tools.localId(change.bookingRemote, 'bookings');
  const current = existing(tools, 'documents');
  if (current) {
    tools.push(draftUpdated('document.updated', 'documents', current.weddingId, current, { ...f, ...(bookingId ? { bookingId } : {}) }, occurredAt, tools.origin));
    tools.remember('documents', current.id);
    return;
  }
  const booking = bookingId ? tools.view.row('bookings', bookingId) : null;
  const weddingId = tools.weddingId() ?? booking?.weddingId ?? null;
  const title = f.title ?? 'Document';
  const id = tools.newId();
  if (!weddingId) tools.park(title, { collection: 'documents', id });
  tools.push(draftCreated('document.shared', 'documents', weddingId, { id, weddingId, bookingId, title, kind: f.kind ?? 'other', status: f.status ?? 'shared', url: f.url ?? null, sharedAt: f.sharedAt ?? null }, occurredAt, tools.origin));
  tools.remember('documents', id);
}

/** Which calendar it stands in, and whose time that takes; nothing where its calendar is not known here. */
function calendarOf({ calendarRemote }: Extract<OtherChange, { kind: 'calendarEvent' }>, tools: PlanTools): Pick<CalendarEvent, 'calendarId' | 'resourceId'> {
  const calendarId = tools.localId(calendarRemote, 'calendars');
  const calendar = calendarId === null ? null : tools.view.row('calendars', calendarId);
  return calendar ? { calendarId: calendar.id, resourceId: resourceTaken(calendar) } : {};
}

function planCalendarEvent(change: Extract<OtherChange, { kind: 'calendarEvent' }>, tools: PlanTools): void {
  const { fields: f, occurredAt } = change;
  const bookingId = tools.localId(change.bookingRemote, 'bookings');
  const current = existing(tools, 'calendarEvents');
  const where = calendarOf(change, tools);
  // It was moved to another of their calendars, which has told of it already.
  if (current && change.deleted && where.calendarId && current.calendarId && where.calendarId !== current.calendarId) return;
  if (current) {
    tools.push(draftUpdated(change.deleted ? 'calendar.event.deleted' : 'calendar.event.updated', 'calendarEvents', current.weddingId, current, { ...f, ...(bookingId ? { bookingId } : {}), ...where }, occurredAt, tools.origin));
    tools.remember('calendarEvents', current.id);
    return;
  }
  // Whatever was never here cannot be taken away; an entry without its time is none.
  if (change.deleted || !f.startsAt || !f.endsAt) return;
  const weddingId = tools.weddingId();
  const id = tools.newId();
  tools.push(
    draftCreated(
      'calendar.event.created',
      'calendarEvents',
      weddingId,
      {
        id, weddingId, bookingId, calendar: f.calendar ?? null, title: f.title ?? 'Busy', startsAt: f.startsAt, endsAt: f.endsAt, allDay: f.allDay ?? false,
        zone: f.zone ?? null, place: f.place ?? null, status: f.status ?? 'confirmed', busy: f.busy ?? true, ...where,
      },
      occurredAt,
      tools.origin,
    ),
  );
  tools.remember('calendarEvents', id);
}

function planWeather(change: Extract<OtherChange, { kind: 'weather' }>, tools: PlanTools): void {
  const { fields: f, occurredAt } = change;
  const current = existing(tools, 'weatherNotices');
  if (current) {
    tools.push(draftUpdated('weather.notice.updated', 'weatherNotices', current.weddingId, current, f, occurredAt, tools.origin));
    tools.remember('weatherNotices', current.id);
    return;
  }
  // A withdrawal of what was never told is nothing to tell.
  if (f.state === 'ended' || !f.startsAt) return;
  const weddingId = tools.weddingId();
  const id = tools.newId();
  tools.push(
    draftCreated(
      'weather.notice.issued',
      'weatherNotices',
      weddingId,
      {
        id, weddingId, place: f.place ?? '', kind: f.kind ?? 'warning', severity: f.severity ?? 'notice', headline: f.headline ?? 'Weather', detail: f.detail ?? '',
        startsAt: f.startsAt, endsAt: f.endsAt ?? null, state: 'active',
      },
      occurredAt,
      tools.origin,
    ),
  );
  tools.remember('weatherNotices', id);
}

/** Messages, papers, calendar entries and weather, for `planChanges`. */
export function planOther(change: OtherChange, tools: PlanTools): void {
  switch (change.kind) {
    case 'message':
      return planMessage(change, tools);
    case 'document':
      return planDocument(change, tools);
    case 'calendarEvent':
      return planCalendarEvent(change, tools);
    case 'weather':
      return planWeather(change, tools);
  }
}
