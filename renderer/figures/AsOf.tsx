import { Ago, Moment } from '../components/Moment.tsx';
import { errorWords, t } from '../i18n/index.ts';

interface Props {
  /** Of the last answer. */
  readonly answer: { readonly at: string; readonly from: string } | undefined;
  /** Since when it is counted what is shown. */
  readonly countedSince: string | undefined;
  readonly error: Error | null;
  readonly zone: string;
  readonly onAgain: () => void;
}

/** Where the figures stand: asked for, not to be had, of when, and since when anything is known. */
export function AsOf({ answer, countedSince, error, zone, onAgain }: Props) {
  return (
    <>
      {answer === undefined && error === null ? (
        <p className="dim" role="status">
          {t('figures.loading')}
        </p>
      ) : null}
      {error === null ? null : (
        <p className="inline-error" role="alert">
          {errorWords(error.message)}{' '}
          {answer ? (
            <>
              {t('figures.lastKnown')} <Moment at={answer.at} zone={zone} />, <Ago at={answer.at} zone={zone} /> {t('inspector.ageAfter')}.{' '}
            </>
          ) : null}
          <button type="button" className="button" onClick={onAgain}>
            {t('integrations.again')}
          </button>
        </p>
      )}
      {answer !== undefined && countedSince !== undefined && countedSince > answer.from ? (
        <p className="dim figures-since">
          {t('figures.countedSince')} <Moment at={countedSince} zone={zone} />. {t('figures.notKnownBefore')}
        </p>
      ) : null}
    </>
  );
}
