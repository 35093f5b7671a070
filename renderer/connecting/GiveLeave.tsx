import { useEffect, useRef, useState } from 'react';
import { DESKTOP_LEAVE_MS, LEAVE_MS } from '../../core/contract/systems.ts';
import { Failed } from '../accounts/fields.tsx';
import { refusedWords } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { isolated, spanText } from '../components/format.ts';
import { every } from '../components/timers.ts';
import { errorWords, t } from '../i18n/index.ts';

const LOOK_EVERY_MS = 3_000;

/** The venue says yes over there, in its own browser; here it is waited for. */
export function GiveLeave({ connectionId, name, onGiven }: { readonly connectionId: string; readonly name: string; readonly onGiven: () => void }) {
  const backend = useBackend();
  const [state, setState] = useState<'idle' | 'waiting'>('idle');
  const [failed, setFailed] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  /** Until when another tab may finish it; null = nobody but this page waits. */
  const [until, setUntil] = useState<string | null>(null);
  const turn = useRef(0);
  // In a browser another tab finishes it; the server knows when.
  useEffect(() => {
    if (state !== 'waiting' || until === null) return;
    const mine = turn.current;
    const fails = (code: string): void => {
      setUntil(null);
      setState('idle');
      setFailed(errorWords(code));
    };
    return every(LOOK_EVERY_MS, () => {
      void backend.systems.setup(connectionId).then((answer) => {
        if (turn.current !== mine) return;
        const leave = answer.ok ? answer.value.leave : null;
        if (leave?.given === true && !leave.ended) onGiven();
        else if (leave?.refused) fails(leave.refused);
        else if (Date.now() > Date.parse(until)) fails('connect.leave_unknown');
      });
    });
  }, [state, until, backend, connectionId, onGiven]);
  const give = async (): Promise<void> => {
    const mine = (turn.current += 1);
    setFailed(null);
    setSaid(null);
    setState('waiting');
    const answer = await backend.systems.giveLeave(connectionId);
    if (turn.current !== mine) return;
    if (answer.ok && !answer.value.finished) return setUntil(answer.value.until);
    setState('idle');
    if (answer.ok) onGiven();
    else setFailed(refusedWords(answer.error));
  };
  const cancel = (): void => {
    turn.current += 1;
    setUntil(null);
    setState('idle');
    setSaid(t('connect.leaveCancelled'));
    void backend.systems.cancelLeave();
  };
  return (
    <section className="connect-part">
      <h3>{t('connect.leaveGive')}</h3>
      <p className="dim">{t('connect.leaveHelp', { name: isolated(name) })}</p>
      <p role="status">{state === 'waiting' ? t('connect.leaveWaiting', { span: spanText(backend.home === 'desktop' ? DESKTOP_LEAVE_MS : LEAVE_MS) }) : said}</p>
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
