import { useState } from 'react';
import type { ImportPreview } from '../../core/contract/systems.ts';
import { countText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { problemsText } from './table.ts';

const SHOWN = 100;

/** Lines that cannot be taken in and why; to be copied for whoever puts the file right. */
export function Problems({ problems }: { readonly problems: ImportPreview['problems'] }) {
  const [said, setSaid] = useState<string | null>(null);
  const [text, setText] = useState<string | null>(null);
  if (problems.length === 0) return null;
  const copy = async (): Promise<void> => {
    const all = problemsText(problems);
    try {
      await navigator.clipboard.writeText(all);
      setSaid(t('account.copied'));
    } catch {
      // Not over plain http, and not where the system says no: the person copies from the field.
      setText(all);
      setSaid(t('import.copyYourself'));
    }
  };
  return (
    <section className="connect-part" aria-labelledby="import-problems">
      <h3 id="import-problems">{t('import.problems', { count: problems.length, shown: countText(problems.length) })}</h3>
      <ul className="import-problems">
        {problems.slice(0, SHOWN).map(({ line, message }) => (
          <li key={line}>
            <span className="num">{t('import.lineOf', { line })}</span> <span>{message}</span>
          </li>
        ))}
      </ul>
      {problems.length > SHOWN ? <p className="dim">{t('import.moreProblems', { count: problems.length - SHOWN })}</p> : null}
      <p className="connect-ways">
        <button type="button" className="button" onClick={() => void copy()}>
          {t('import.copyProblems')}
        </button>
        <span role="status" className="dim">
          {said}
        </span>
      </p>
      {text === null ? null : <textarea className="import-copy" readOnly rows={4} aria-label={t('import.copyProblems')} value={text} onFocus={(event) => event.currentTarget.select()} />}
    </section>
  );
}
