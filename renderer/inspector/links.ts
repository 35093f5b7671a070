import type { Tables } from '../../core/domain/record/state.ts';
import { formatRoute, type Selectable } from '../app/routes.ts';
import { t } from '../i18n/index.ts';

export interface RelatedLink {
  readonly href: string;
  readonly label: string;
  readonly what: string;
}

/** Address of a row in the inspector, on its own wedding's board. */
export const inspectHref = (kind: Selectable, id: string, weddingId: string | null): string =>
  formatRoute({ place: { view: 'day', weddingId, alertId: kind === 'alert' ? id : null }, selected: { kind, id } });

export const weddingLink = (tables: Tables, weddingId: string | null): RelatedLink[] => {
  const wedding = weddingId ? tables.weddings[weddingId] : undefined;
  return wedding ? [{ href: inspectHref('about', wedding.id, wedding.id), label: wedding.title, what: t('inspector.kind.about') }] : [];
};

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
  const connectionId = collection === 'connections' ? id : collection === 'reviewItems' ? tables.reviewItems[id]?.connectionId : undefined;
  const connection = connectionId ? tables.connections[connectionId] : undefined;
  return connection ? [{ href: `#/integrations/${connection.id}`, label: connection.name, what: t('inspector.kind.connection') }] : [];
}

/** Everything else of the same subject: alerts about it. */
export const alertsAbout = (tables: Tables, collection: string, id: string): RelatedLink[] =>
  Object.values(tables.alerts)
    .filter((alert) => alert.subject?.collection === collection && alert.subject.id === id)
    .slice(0, 5)
    .map((alert) => ({ href: inspectHref('alert', alert.id, alert.weddingId), label: alert.title, what: t('inspector.kind.alert') }));

export const zoneOf = (tables: Tables, weddingId: string | null, fallback: string): string => (weddingId ? tables.weddings[weddingId]?.zone : undefined) ?? fallback;
