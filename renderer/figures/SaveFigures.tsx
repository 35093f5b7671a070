import { useState } from 'react';
import type { FigureWindow } from '../../core/contract/figures.ts';
import { useBackend } from '../app/context.ts';
import { errorWords, t } from '../i18n/index.ts';

/** Saves what is shown as a table; null = of all connections. */
export function SaveFigures({ connectionId, window }: { readonly connectionId: string | null; readonly window: FigureWindow }) {
  const { delivered } = useBackend();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly failed: boolean } | null>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    const answer = await delivered.saveFigures(connectionId, window);
    setBusy(false);
    setSaid(!answer.ok ? { text: errorWords(answer.error.code), failed: true } : answer.value.saved ? { text: t('figures.saved'), failed: false } : null);
  };
  return (
    <span className="figures-save">
      <button type="button" className="button" disabled={busy} onClick={() => void save()}>
        {t('figures.save')}
      </button>
      {said === null ? null : (
        <span role={said.failed ? 'alert' : 'status'} className={said.failed ? 'inline-error' : 'dim'}>
          {said.text}
        </span>
      )}
    </span>
  );
}
