import { useEffect, useState, type FormEvent } from 'react';
import type { PairingState } from '../../core/contract/pairing.ts';
import { useBackend } from '../app/context.ts';
import { spanText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { errorWords, t } from '../i18n/index.ts';
import { pageLog } from '../state/pageLog.ts';
import { setConsole, useConsole } from '../state/store.ts';
import { Failed, TextField } from './fields.tsx';
import { useTask, type Task } from './useTask.ts';

const keep = (pairing: PairingState): void => setConsole({ pairing });

function Code({ pairing, task }: { readonly pairing: Extract<PairingState['pairing'], { step: 'waiting' }>; readonly task: Task }) {
  const backend = useBackend();
  const now = useNow(1000);
  const left = Math.max(0, Date.parse(pairing.expiresAt) - now);
  return (
    <div className="pair" role="group" aria-label={t('pair.code')}>
      <p className="pair-code num" aria-label={[...pairing.userCode].join(' ')}>
        {pairing.userCode}
      </p>
      <p>{t('pair.how')}</p>
      <p className="pair-address">{pairing.url}</p>
      <p className="pair-ways">
        <button type="button" className="button button-main" onClick={() => void task.run(() => backend.openExternal(pairing.urlComplete))}>
          {t('pair.open')}
        </button>
        <button type="button" className="button" onClick={() => void task.run(() => backend.pairing.cancel(), keep)}>
          {t('pair.cancel')}
        </button>
        <span className="dim num" role="timer">
          {t('pair.left', { span: spanText(left) })}
        </span>
      </p>
    </div>
  );
}

/** The steps of one pairing; says nothing while there is none. */
export function PairingSteps({ task }: { readonly task: Task }) {
  const backend = useBackend();
  const pairing = useConsole((state) => state.pairing?.pairing ?? null);
  if (!pairing || pairing.step === 'idle') return <Failed words={task.failed} />;
  if (pairing.step === 'waiting') {
    return (
      <>
        <Code pairing={pairing} task={task} />
        <Failed words={task.failed} />
      </>
    );
  }
  if (pairing.step !== 'failed') return <p role="status">{t(pairing.step === 'asking' ? 'pair.asking' : 'pair.joining', { server: pairing.server })}</p>;
  return (
    <>
      <Failed words={pairing.code === 'auth.pairing_invalid' ? t('pair.over') : errorWords(pairing.code)} />
      <p className="pair-ways">
        <button type="button" className="button button-main" disabled={task.busy} onClick={() => void task.run(() => backend.pairing.start(pairing.server), keep)}>
          {t('pair.newCode')}
        </button>
        <button type="button" className="button" onClick={() => void task.run(() => backend.pairing.cancel(), keep)}>
          {t('pair.cancel')}
        </button>
      </p>
    </>
  );
}

/** Another way in: another server, a ticket, or the built-in one. */
function OtherWays({ server, task }: { readonly server: string; readonly task: Task }) {
  const backend = useBackend();
  const [url, setUrl] = useState(server);
  const [ticket, setTicket] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ticket.trim() === '') return void task.run(() => backend.pairing.start(url.trim()), keep);
    void task.run(() => backend.connectServer(url.trim(), ticket.trim()));
  };
  return (
    <details className="sign-in-else">
      <summary>{t('pair.otherWays')}</summary>
      <form className="sign-in-form" onSubmit={submit}>
        <TextField label={t('settings.address')} value={url} onChange={setUrl} autoComplete="off" />
        <TextField label={t('settings.ticket')} description={t('settings.ticketHelp')} value={ticket} onChange={setTicket} autoComplete="off" required={false} />
        <button type="submit" className="button" disabled={task.busy}>
          {t('settings.connect')}
        </button>
        <button type="button" className="button" disabled={task.busy} onClick={() => void task.run(() => backend.connectServer(null, null))}>
          {t('settings.useEmbedded')}
        </button>
      </form>
    </details>
  );
}

/** A desktop that its server does not let in shows a code at once: nothing else can be done with it. */
export function PairScreen({ needed, server }: { readonly needed: NonNullable<PairingState['needed']>; readonly server: string }) {
  const backend = useBackend();
  const task = useTask();
  const step = useConsole((state) => state.pairing?.pairing.step ?? 'idle');
  // Asked once by itself; a code that ran out or was refused waits for a person, or it would go on for ever.
  useEffect(() => {
    if (step !== 'idle') return;
    void backend.pairing.start(server).then((answer) => {
      if (answer.ok) keep(answer.value);
      else pageLog.warn({ code: answer.error.code }, 'no code was had');
    });
    // Not again when it was cancelled.
  }, [backend, server]);
  return (
    <main className="plain sign-in">
      <p className="plain-mark">WedSync</p>
      <h1>{t('pair.title')}</h1>
      <p>{t(`pair.why.${needed}`, { server })}</p>
      <PairingSteps task={task} />
      {step === 'idle' ? (
        <button type="button" className="button button-main" disabled={task.busy} onClick={() => void task.run(() => backend.pairing.start(server), keep)}>
          {t('pair.newCode')}
        </button>
      ) : null}
      <OtherWays key={server} server={server} task={task} />
    </main>
  );
}
