import { useState } from 'react';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import { isCancellable } from '../../core/link/outbox.ts';
import { momentText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { Answer } from '../state/backend/backend.ts';
import { sendAgain } from '../state/commands.ts';
import { unsent } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { useBackend } from './context.ts';
import { decisionText, stillPossible } from './decisionText.ts';
import { useScope, useTables } from './selectors.ts';

const RECENT_SHOWN = 6;

/** The decisions kept on this machine: what waits, what needs the person again, and what became of the latest. */
export function OutboxList() {
  const backend = useBackend();
  const outbox = useConsole((state) => state.outbox);
  const tables = useTables();
  const { zone } = useScope();
  const now = useNow(10_000);
  const [failed, setFailed] = useState<string | null>(null);
  const open = [...outbox.filter((entry) => entry.state === 'rebase'), ...unsent(outbox)];
  const recent = outbox
    .filter((entry) => entry.state === 'accepted' || entry.state === 'rejected')
    .sort((a, b) => (b.answeredAt ?? '').localeCompare(a.answeredAt ?? ''))
    .slice(0, RECENT_SHOWN);
  if (open.length + recent.length === 0) return null;

  const tell = async (answer: Answer<boolean>): Promise<void> => {
    const got = await answer;
    setFailed(got.ok ? null : got.error.code);
  };
  const again = async (entry: OutboxEntry): Promise<void> => {
    const decided = await sendAgain(backend, entry);
    setFailed(decided.kind === 'not_kept' ? decided.code : null);
  };
  const drop = (entry: OutboxEntry): void => void tell(backend.resolveCommand({ choice: 'drop', commandId: entry.command.commandId }));
  const line = (entry: OutboxEntry) => (
    <li key={entry.command.commandId} data-outbox={entry.state}>
      <span className="outbox-what">{decisionText(entry.command, tables)}</span>
      <span className="row-sub num">
        {t(`outbox.state.${entry.state}`)} · {momentText(entry.answeredAt ?? entry.queuedAt, zone, now)}
      </span>
      {entry.answer?.outcome === 'rejected' ? <span className="row-sub outbox-why">{errorWords(entry.answer.error.code)}</span> : null}
      <span className="outbox-actions">
        {isCancellable(entry) ? (
          <button type="button" className="button" onClick={() => void tell(backend.cancelCommand(entry.command.commandId))}>
            {t('outbox.cancel')}
          </button>
        ) : null}
        {entry.state === 'rebase' && stillPossible(entry.command, tables) ? (
          <button type="button" className="button" onClick={() => void again(entry)}>
            {t('outbox.sendAgain')}
          </button>
        ) : null}
        {entry.state === 'rebase' || entry.state === 'unknown' ? (
          <button type="button" className="button" onClick={() => drop(entry)}>
            {t(entry.state === 'rebase' ? 'outbox.drop' : 'outbox.stopAsking')}
          </button>
        ) : null}
      </span>
    </li>
  );
  return (
    <div className="outbox">
      {open.length > 0 ? (
        <section>
          <h3>{t('outbox.openTitle')}</h3>
          <ul>{open.map(line)}</ul>
        </section>
      ) : null}
      {recent.length > 0 ? (
        <section>
          <h3>{t('outbox.recentTitle')}</h3>
          <ul>{recent.map(line)}</ul>
        </section>
      ) : null}
      {failed ? <p role="alert">{errorWords(failed)}</p> : null}
    </div>
  );
}
