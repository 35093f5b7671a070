import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/opsz.css';
import '../styles/tokens.css';
import '../styles/wall.css';
import type { Backend } from '../state/backend/backend.ts';
import { startWallSession } from './session.ts';
import { WallApp } from './WallApp.tsx';

/** Puts the wall display on the page. */
export function mountWall(element: HTMLElement, backend: Backend): Promise<() => void> {
  createRoot(element).render(
    <StrictMode>
      <WallApp backend={backend} />
    </StrictMode>,
  );
  return startWallSession(backend);
}
