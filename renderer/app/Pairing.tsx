import { ClassicLink } from './ClassicLink.tsx';
import { errorWords, t } from '../i18n/index.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';

/** What a browser shows that is not paired, or a desktop whose start was refused. */
export function StartProblem({ kind, code }: { readonly kind: 'pairing' | 'failed'; readonly code: ErrorCode }) {
  return (
    <main className="plain">
      <p className="plain-mark">WedSync</p>
      <h1>{t(kind === 'pairing' ? 'pairing.title' : 'failed.title')}</h1>
      <p>{errorWords(code)}</p>
      {kind === 'pairing' ? (
        <ol>
          <li>{t('pairing.step1')}</li>
          <li>{t('pairing.step2')}</li>
          <li>{t('pairing.step3')}</li>
        </ol>
      ) : null}
      <button type="button" className="button button-main" onClick={() => location.reload()}>
        {t('failed.again')}
      </button>
      <ClassicLink />
    </main>
  );
}
