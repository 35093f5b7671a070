import { Modal } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { t } from '../i18n/index.ts';

/** What had the focus before the first of several forms that lead to each other. */
let outside: HTMLElement | null = null;

/** The library gives the focus back to where it was only to a form that is closed before it is taken away. */
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    if (before instanceof HTMLElement && before.closest('.dialog') === null) outside = before;
    return () => {
      if (outside?.isConnected === true) outside.focus();
    };
  }, [before]);
}

/** A form over the board; put together by hand, because the library's own heading would be a second banner of the page. */
export function FormDialog({ title, onClose, children }: { readonly title: string; readonly onClose: () => void; readonly children: ReactNode }) {
  useFocusBack();
  return (
    <Modal.Root opened onClose={onClose} size="lg" centered lockScroll={false} transitionProps={{ duration: 0 }} classNames={{ content: 'dialog', overlay: 'dialog-overlay' }}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className="dialog-body">
          <div className="dialog-head">
            <Modal.Title className="dialog-title">{title}</Modal.Title>
            <Modal.CloseButton aria-label={t('replay.close')} />
          </div>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Saves what is filled in, or leaves it for later; `refused`: as it is filled in it cannot be saved; `saveAs`: what saving is called, `waits`: it is under way. */
export function FormActs({ onClose, refused = false, waits = false, saveAs = t('calendar.form.save') }: { readonly onClose: () => void; readonly refused?: boolean; readonly waits?: boolean; readonly saveAs?: string }) {
  return (
    <div className="dialog-acts">
      <button type="submit" className="button button-main" disabled={refused || waits}>
        {saveAs}
      </button>
      <button type="button" className="button" onClick={onClose}>
        {t('review.notYet')}
      </button>
    </div>
  );
}
