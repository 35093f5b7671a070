import { IconExternalLink, IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef } from 'react';
import { useBackend } from '../app/context.ts';
import { closeInspector, type Route } from '../app/routes.ts';
import { openInNewWindow, SHOWS_DETAILS } from '../app/windows.ts';
import { t } from '../i18n/index.ts';
import { AlertDetails } from './AlertDetails.tsx';
import { BookingDetails } from './BookingDetails.tsx';
import { CalendarEntryDetails } from './CalendarEntryDetails.tsx';
import { ConnectionDetails } from './ConnectionDetails.tsx';
import { ContactDetails } from './ContactDetails.tsx';
import { DeliveryDetails } from './DeliveryDetails.tsx';
import { DocumentDetails } from './DocumentDetails.tsx';
import { MessageDetails } from './MessageDetails.tsx';
import { PaymentDetails } from './PaymentDetails.tsx';
import { RunSheetItemDetails } from './RunSheetItemDetails.tsx';
import { WeatherDetails } from './WeatherDetails.tsx';
import { WeddingDetails } from './WeddingDetails.tsx';

function Details({ route }: { readonly route: Route }) {
  const { place, selected } = route;
  if (place.view === 'integrations' && place.connectionId) return <ConnectionDetails id={place.connectionId} />;
  switch (selected?.kind) {
    case 'alert':
      return <AlertDetails id={selected.id} />;
    case 'payment':
      return <PaymentDetails id={selected.id} />;
    case 'booking':
      return <BookingDetails id={selected.id} />;
    case 'item':
      return <RunSheetItemDetails id={selected.id} />;
    case 'about':
      return <WeddingDetails id={selected.id} />;
    case 'contact':
      return <ContactDetails id={selected.id} />;
    case 'message':
      return <MessageDetails id={selected.id} />;
    case 'document':
      return <DocumentDetails id={selected.id} />;
    case 'entry':
      return <CalendarEntryDetails id={selected.id} />;
    case 'weather':
      return <WeatherDetails id={selected.id} />;
    case 'delivery':
      return <DeliveryDetails id={selected.id} />;
    case undefined:
      return null;
  }
}

/** What is selected, always with the same anatomy. Takes the keyboard when it opens and gives it back when it closes. */
export function Inspector({ route }: { readonly route: Route }) {
  const backend = useBackend();
  const panel = useRef<HTMLElement>(null);
  const key = route.selected ? `${route.selected.kind} ${route.selected.id}` : route.place.view === 'integrations' ? route.place.connectionId : null;

  useLayoutEffect(() => {
    const element = panel.current;
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const row = before?.dataset['row'];
    element?.focus({ preventScroll: true });
    return () => {
      const at = document.activeElement;
      // Only when the keyboard was still in here: a click elsewhere has already moved it on purpose.
      if (at !== null && at !== document.body && !element?.contains(at)) return;
      const back = row ? document.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`) : before;
      back?.focus({ preventScroll: true });
    };
  }, [key]);

  return (
    <aside ref={panel} className="inspector" aria-label={t('inspector.label')} tabIndex={-1}>
      {SHOWS_DETAILS ? null : (
        <button type="button" className="icon-button inspector-pop-out" onClick={() => openInNewWindow(backend, 'details')} aria-label={t('windows.openDetails')} title={t('windows.openDetails')}>
          <IconExternalLink size={16} aria-hidden />
        </button>
      )}
      <button type="button" className="icon-button inspector-close" onClick={closeInspector} aria-label={t('inspector.close')} aria-keyshortcuts="Escape">
        <IconX size={16} aria-hidden />
      </button>
      <Details route={route} />
    </aside>
  );
}
