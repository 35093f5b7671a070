import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useBackend } from '../app/context.ts';
import { holdRoute } from '../app/routes.ts';
import { t } from '../i18n/index.ts';

/**
 * Asks before the page is left while something typed would be lost. Every way inside the console goes through the address,
 * so the address is held until the person has decided; a closed tab is asked about by the browser itself.
 */
export function useLeaveGuard(typed: boolean): ReactNode {
  // A closed window of the desktop goes on in the tray; asked in the page it would stay open without a word.
  const asksOnUnload = useBackend().home === 'browser';
  const [wanted, setWanted] = useState<string | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const leaving = useRef<() => void>(() => undefined);
  const release = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (!typed) return;
    const here = location.hash;
    release.current = holdRoute();
    const onHash = (event: Event): void => {
      if (location.hash === here) return;
      event.stopImmediatePropagation();
      const there = location.hash;
      history.replaceState(null, '', here === '' ? '#/' : here);
      setWanted(there);
    };
    const onUnload = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('hashchange', onHash, { capture: true });
    leaving.current = () => window.removeEventListener('hashchange', onHash, { capture: true });
    if (asksOnUnload) window.addEventListener('beforeunload', onUnload);
    return () => {
      release.current();
      window.removeEventListener('hashchange', onHash, { capture: true });
      window.removeEventListener('beforeunload', onUnload);
    };
  }, [typed, asksOnUnload]);
  useEffect(() => {
    if (wanted !== null) dialog.current?.showModal();
  }, [wanted]);
  if (wanted === null) return null;
  const stay = (): void => {
    dialog.current?.close();
    setWanted(null);
  };
  const leave = (): void => {
    dialog.current?.close();
    release.current();
    leaving.current();
    location.hash = wanted;
  };
  return (
    <dialog ref={dialog} role="dialog" className="ask" aria-labelledby="ask-title" aria-describedby="ask-text" onCancel={(event) => { event.preventDefault(); stay(); }}>
      <h2 id="ask-title">{t('connect.leaveTitle')}</h2>
      <p id="ask-text">{t('connect.leaveText')}</p>
      <p className="ask-ways">
        <button type="button" className="button button-main" autoFocus onClick={stay}>
          {t('connect.stay')}
        </button>
        <button type="button" className="button" onClick={leave}>
          {t('connect.leave')}
        </button>
      </p>
    </dialog>
  );
}
