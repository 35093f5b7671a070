import { useMemo } from 'react';
import { workUnderWay } from '../calendars/progress.ts';
import { t } from '../i18n/index.ts';
import { useSees } from './access.ts';
import { useTables } from './selectors.ts';

/** That sources are read, or calendars filled, for long just now, and how far the first of them is. Leads to it. */
export function WorkPill() {
  const { connections, calendars } = useTables();
  const sees = useSees('connections');
  const work = useMemo(() => workUnderWay(Object.values(connections), Object.values(calendars)), [connections, calendars]);
  const [first, ...others] = work;
  if (!sees || !first) return null;
  return (
    <a className="pill work-pill num" href={`#/integrations/${first.connectionId}`} title={work.map(({ title }) => title).join('\n')}>
      {first.text}
      {others.length > 0 ? <span className="dim"> {t('reading.others', { count: others.length })}</span> : null}
    </a>
  );
}
