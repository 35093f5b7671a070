import { useHotkeys } from '@mantine/hooks';
import { useEffect } from 'react';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import { useBackend } from './context.ts';
import { closeInspector, openPlace } from './routes.ts';
import { switchDensity, switchTheme } from './switches.ts';
import { wallDisplay } from './windows.ts';

/** Keys that hold everywhere: Esc closes the inspector, j or k enters the first list. Letters are left alone while typing. */
export function useFrameKeys(): void {
  const backend = useBackend();
  useHotkeys([
    ['alt+1', () => openPlace({ view: 'day', weddingId: null, alertId: null })],
    ['alt+2', () => openPlace({ view: 'integrations', connectionId: null })],
    ['alt+3', () => openPlace({ view: 'settings' })],
    ['alt+4', () => openPlace({ view: 'people' })],
    ['alt+5', () => openPlace({ view: 'messages', channel: null, weddingId: null })],
    ['alt+7', () => openPlace({ view: 'conflicts', conflictId: null })],
    ['alt+6', () => openPlace(ALL_DELIVERIES)],
    ['alt+L', () => switchTheme(backend)],
    ['alt+C', () => switchDensity(backend)],
    // The menu has it too, for when the page does not answer; opening twice opens once.
    ['mod+shift+W', () => wallDisplay(backend, 'open')],
  ]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (target?.closest('input, textarea, select, [role="dialog"], [role="listbox"]')) return;
      if (event.key === 'Escape') closeInspector();
      if ((event.key === 'j' || event.key === 'k') && !target?.closest('.rows')) {
        const first = document.querySelector<HTMLElement>('.column-alerts [data-row][tabindex="0"]') ?? document.querySelector<HTMLElement>('.rows [data-row][tabindex="0"]');
        if (first) {
          event.preventDefault();
          first.focus();
        }
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
