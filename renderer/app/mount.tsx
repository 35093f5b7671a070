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
import '../styles/narrow.css';
import type { Backend } from '../state/backend/backend.ts';
import { openRecordCache } from '../state/cache.ts';
import { startSession } from '../state/session.ts';
import { App } from './App.tsx';

/** Puts the console on the page with the given backend and starts its session. */
export function mountConsole(element: HTMLElement, backend: Backend): Promise<() => void> {
  createRoot(element).render(
    <StrictMode>
      <App backend={backend} />
    </StrictMode>,
  );
  return startSession(backend, openRecordCache());
}
