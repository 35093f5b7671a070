import { useLayoutEffect, useRef } from 'react';
import type { Connection } from '../../core/contract/record/connections.ts';
import { useSettingZone } from '../accounts/zone.ts';
import { countText } from '../components/format.ts';
import { Ago } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { Problems } from './Problems.tsx';
import type { Importing } from './useImporting.ts';

/** While it is being taken in, and what came of it. */
export function Outcome({ connection, importing }: { readonly connection: Connection; readonly importing: Importing }) {
  const zone = useSettingZone();
  const heading = useRef<HTMLHeadingElement>(null);
  const { result, preview, startedAt } = importing;
  useLayoutEffect(() => heading.current?.focus(), [result]);
  return (
    <section className="import-check" aria-labelledby="import-outcome" aria-busy={result === null}>
      <h2 id="import-outcome" ref={heading} tabIndex={-1}>
        {t(result ? 'import.doneTitle' : 'import.takingTitle')}
      </h2>
      {result ? (
        <>
          <p role="status">
            {t('import.taken', { count: result.taken, shown: countText(result.taken) })} {t('import.known', { count: result.known, shown: countText(result.known) })} {t('import.bad', { count: result.problems.length, shown: countText(result.problems.length) })}
          </p>
          <p className="dim">{t('import.after')}</p>
          <Problems problems={result.problems} />
          <p className="connect-ways">
            <a className="button button-main" href={`#/integrations/${connection.id}`}>
              {t('connect.open')}
            </a>
            <button type="button" className="button" onClick={importing.again}>
              {t('import.other')}
            </button>
          </p>
        </>
      ) : (
        <>
          <progress className="import-progress" aria-label={t('import.takingTitle')} />
          <p role="status">{t('import.taking', { count: preview?.good ?? 0, shown: countText(preview?.good ?? 0) })}</p>
          <p className="dim">
            {startedAt === null ? null : <Ago at={startedAt} zone={zone} />} {t('import.takingHelp')}
          </p>
        </>
      )}
    </section>
  );
}
