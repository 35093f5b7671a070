import { useEffect, useRef, useState } from 'react';
import { Failed } from '../accounts/fields.tsx';
import { refusedWords } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { isolated } from '../components/format.ts';
import { every } from '../components/timers.ts';
import { t } from '../i18n/index.ts';

const LOOK_EVERY_MS = 3_000;

/** The venue says yes over there, in its own browser; here it is waited for. */
export function GiveLeave({ connectionId, name, onGiven }: { readonly connectionId: string; readonly name: string; readonly onGiven: () => void }) {
  const backend = useBackend();
  const [state, setState] = useState<'idle' | 'waiting'>('idle');
  const [failed, setFailed] = useState<string | null>(null);
  const turn = useRef(0);
  // In a browser another tab finishes it; the server knows when.
  useEffect(() => {
    if (state !== 'waiting') return;
    return every(LOOK_EVERY_MS, () => {
      void backend.systems.setup(connectionId).then((answer) => {
        if (answer.ok && answer.value.leave?.given === true) onGiven();
      });
    });
  }, [state, backend, connectionId, onGiven]);
  const give = async (): Promise<void> => {
    const mine = (turn.current += 1);
    setFailed(null);
    setState('waiting');
    const answer = await backend.systems.giveLeave(connectionId);
    if (turn.current !== mine) return;
    if (answer.ok && !answer.value.finished) return;
    setState('idle');
    if (answer.ok) onGiven();
    else setFailed(refusedWords(answer.error));
  };
  const cancel = (): void => {
    turn.current += 1;
    setState('idle');
    void backend.systems.cancelLeave();
  };
  return (
    <section className="connect-part">
      <h3>{t('connect.leaveGive')}</h3>
      <p className="dim">{t('connect.leaveHelp', { name: isolated(name) })}</p>
      <p role="status">{state === 'waiting' ? t('connect.leaveWaiting') : null}</p>
      <Failed words={failed} />
      <p className="connect-ways">
        {state === 'waiting' ? (
          <button type="button" className="button" onClick={cancel}>
            {t('connect.cancel')}
          </button>
        ) : (
          <button type="button" className="button button-main" onClick={() => void give()}>
            {t('connect.leaveDo')}
          </button>
        )}
      </p>
    </section>
  );
}
