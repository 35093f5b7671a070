import { errorWords, t } from '../i18n/index.ts';

/** Something could not be read from the server: why, in the words of its code, and a button that asks again. */
export function LoadFailed({ error, onAgain }: { readonly error: Error; readonly onAgain: () => unknown }) {
  return (
    <p className="inline-error" role="alert">
      {errorWords(error.message)}{' '}
      <button type="button" className="button" onClick={() => void onAgain()}>
        {t('integrations.again')}
      </button>
    </p>
  );
}
