import { useEffect, useRef } from 'react';
import type { MadeFeed } from '../../core/contract/feeds.ts';
import { CopyField } from '../accounts/fields.tsx';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';

const PROGRAMS = ['google', 'outlook', 'apple'] as const;

/** The address, now and never again, and what its recipient does with it. */
export function Made({ made, onDone }: { readonly made: MadeFeed; readonly onDone: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="unfolded feed-made" aria-labelledby="feed-made">
      <h2 id="feed-made" ref={heading} tabIndex={-1}>
        {t('feeds.made', { who: isolated(made.feed.recipient ?? '') })}
      </h2>
      <p>{t('feeds.once')}</p>
      {made.reachable ? null : (
        <p className="feed-note" role="note">
          {t('feeds.unreachable')}
        </p>
      )}
      <CopyField label={t('feeds.address')} value={made.url} />
      <CopyField label={t('feeds.webcal')} value={made.webcalUrl} />
      <dl className="facts facts-wide">
        {PROGRAMS.map((program) => (
          <div key={program}>
            <dt>{t(`feeds.programs.${program}`)}</dt>
            <dd>{t(`feeds.add.${program}`)}</dd>
          </div>
        ))}
      </dl>
      <p className="dim">{t('feeds.slow')}</p>
      <button type="button" className="button button-main" onClick={onDone}>
        {t('feeds.done')}
      </button>
    </section>
  );
}
