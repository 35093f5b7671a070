import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/opsz.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '../styles/tokens.css';
import '../styles/frame.css';
import '../styles/board.css';
import '../styles/inspector.css';
import '../styles/outbox.css';
import '../styles/presence.css';
import '../styles/accounts.css';
import '../styles/connecting.css';
import '../styles/narrow.css';
import '../styles/conflicts.css';
import '../styles/calendar.css';
import '../styles/calendars.css';
import '../styles/enquiries.css';
import '../styles/messages.css';
import '../styles/weather.css';
import '../styles/deliveries.css';
import '../styles/figures.css';
import { SHOWS_PARAMETER } from '../../core/contract/windows.ts';
import type { Backend } from '../state/backend/backend.ts';
import { openRecordCache, type RecordCache } from '../state/cache.ts';
import { startSession } from '../state/session.ts';
import { App } from './App.tsx';

/** Only the first window keeps the record for the next start: several writing the same would only wear the disk. */
function cacheOf(shows: string | null): RecordCache {
  const cache = openRecordCache();
  return shows === null ? cache : { ...cache, save: () => Promise.resolve() };
}

/** Puts the console on the page with the given backend and starts its session. */
export function mountConsole(element: HTMLElement, backend: Backend): Promise<() => void> {
  createRoot(element).render(
    <StrictMode>
      <App backend={backend} />
    </StrictMode>,
  );
  return startSession(backend, cacheOf(new URLSearchParams(location.search).get(SHOWS_PARAMETER)));
}
