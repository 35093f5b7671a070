import type { ReactNode } from 'react';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { gistText, wayText, withWhom } from '../app/messageText.ts';
import { formatRoute, type Selectable } from '../app/routes.ts';
import { messagesOf } from '../../core/domain/messages/messages.ts';
import { calendarName } from '../calendars/words.ts';
import { conflictTitle } from '../conflicts/words.ts';
import { t } from '../i18n/index.ts';

export interface RelatedLink {
  readonly href: string;
  readonly label: string;
  /** A second line, cut where it is long. */
  readonly more?: string;
  /** Before the label: how bad it is. */
  readonly mark?: ReactNode;
  readonly what: string;
}

/** Address of a row in the inspector, on its own wedding's board. */
export const inspectHref = (kind: Selectable, id: string, weddingId: string | null): string =>
  formatRoute({ place: { view: 'day', weddingId, alertId: kind === 'alert' ? id : null }, selected: { kind, id } });

export const weddingLink = (tables: Tables, weddingId: string | null): RelatedLink[] => {
  const wedding = weddingId ? tables.weddings[weddingId] : undefined;
  return wedding ? [{ href: inspectHref('about', wedding.id, wedding.id), label: wedding.title, what: t('inspector.kind.about') }] : [];
};

export function contactLink(tables: Tables, contactId: string | null): RelatedLink[] {
  const contact = contactId ? tables.contacts[contactId] : undefined;
  return contact ? [{ href: inspectHref('contact', contact.id, contact.weddingId), label: contact.name, what: t('inspector.kind.contact') }] : [];
}

/** The latest messages from and to somebody. */
export const messageLinks = (tables: Tables, contactId: string): RelatedLink[] =>
  messagesOf(Object.values(tables.messages).filter((message) => message.contactId === contactId), { channel: null, weddingId: null })
    .slice(0, 5)
    .map((message) => ({ href: inspectHref('message', message.id, message.weddingId), label: withWhom(tables, message), more: gistText(message), what: wayText(message) }));

/** Papers and calendar entries of a booking. */
export const bookingLinks = (tables: Tables, bookingId: string): RelatedLink[] => [
  ...Object.values(tables.documents).filter((row) => row.bookingId === bookingId).slice(0, 5).map((row) => ({ href: inspectHref('document', row.id, row.weddingId), label: row.title, what: t(`documentStatus.${row.status}`) })),
  ...Object.values(tables.calendarEvents).filter((row) => row.bookingId === bookingId).slice(0, 5).map((row) => ({ href: inspectHref('entry', row.id, row.weddingId), label: row.title, what: t('inspector.kind.entry') })),
];

/** The row an alert is about, where it can be inspected. */
export function subjectLink(tables: Tables, subject: { readonly collection: string; readonly id: string } | null): RelatedLink[] {
  if (!subject) return [];
  const { collection, id } = subject;
  if (collection === 'payments' && tables.payments[id]) {
    const payment = tables.payments[id];
    return [{ href: inspectHref('payment', id, payment.weddingId), label: payment.payerName ?? payment.description ?? t('inspector.kind.payment'), what: t('inspector.kind.payment') }];
  }
  if (collection === 'bookings' && tables.bookings[id]) {
    const booking = tables.bookings[id];
    return [{ href: inspectHref('booking', id, booking.weddingId), label: booking.vendorName ?? booking.title, what: t('inspector.kind.booking') }];
  }
  if (collection === 'runSheetItems' && tables.runSheetItems[id]) {
    const item = tables.runSheetItems[id];
    return [{ href: inspectHref('item', id, item.weddingId), label: item.title, what: t('inspector.kind.item') }];
  }
  if (collection === 'messages' && tables.messages[id]) {
    const message = tables.messages[id];
    return [{ href: inspectHref('message', id, message.weddingId), label: withWhom(tables, message), more: gistText(message), what: wayText(message) }];
  }
  if (collection === 'documents' && tables.documents[id]) return [{ href: inspectHref('document', id, tables.documents[id].weddingId), label: tables.documents[id].title, what: t('inspector.kind.document') }];
  if (collection === 'calendarEvents' && tables.calendarEvents[id]) return [{ href: inspectHref('entry', id, tables.calendarEvents[id].weddingId), label: tables.calendarEvents[id].title, what: t('inspector.kind.entry') }];
  if (collection === 'weatherNotices' && tables.weatherNotices[id]) return [{ href: inspectHref('weather', id, tables.weatherNotices[id].weddingId), label: tables.weatherNotices[id].headline, what: t('inspector.kind.weather') }];
  if (collection === 'conflicts' && tables.conflicts[id]) return [{ href: `#/conflicts/${id}`, label: conflictTitle(tables, tables.conflicts[id]), what: t('rowKinds.conflicts') }];
  if (collection === 'calendars' && tables.calendars[id]) {
    const { connectionId } = tables.calendars[id];
    return [{ href: formatRoute({ place: { view: 'integrations', connectionId, calendarId: id }, selected: null }), label: calendarName(tables, id), what: t('rowKinds.calendars') }];
  }
  const item = collection === 'reviewItems' ? tables.reviewItems[id] : undefined;
  const delivery: RelatedLink[] = item ? [{ href: formatRoute({ place: item.kind === 'held' ? { ...ALL_DELIVERIES, connectionId: item.connectionId, states: ['held'] } : ALL_DELIVERIES, selected: item.kind === 'held' ? null : { kind: 'delivery', id: item.deliveryId } }), label: item.title, what: t('inspector.kind.delivery') }] : [];
  const connectionId = collection === 'connections' ? id : item?.connectionId;
  const connection = connectionId ? tables.connections[connectionId] : undefined;
  return connection ? [...delivery, { href: `#/integrations/${connection.id}`, label: connection.name, what: t('inspector.kind.connection') }] : delivery;
}

/** Everything else of the same subject: alerts about it; of a connection also those about its calendars. */
export const alertsAbout = (tables: Tables, collection: string, id: string): RelatedLink[] =>
  Object.values(tables.alerts)
    .filter(({ subject }) => subject !== null && ((subject.collection === collection && subject.id === id) || (collection === 'connections' && subject.collection === 'calendars' && tables.calendars[subject.id]?.connectionId === id)))
    .slice(0, 5)
    .map((alert) => ({ href: inspectHref('alert', alert.id, alert.weddingId), label: alert.title, what: t('inspector.kind.alert') }));

export const zoneOf = (tables: Tables, weddingId: string | null, fallback: string): string => (weddingId ? tables.weddings[weddingId]?.zone : undefined) ?? fallback;
