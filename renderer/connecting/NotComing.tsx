import { t } from '../i18n/index.ts';

/** What a person might expect of a system and will not get, so that nobody finds out on the day. */
export function NotComing({ missing }: { readonly missing: readonly string[] }) {
  if (missing.length === 0) return null;
  return (
    <section className="connect-not" aria-labelledby="connect-not">
      <h2 id="connect-not">{t('connect.notComing')}</h2>
      <ul>
        {missing.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
