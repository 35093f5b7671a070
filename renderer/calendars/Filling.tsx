import type { Calendar } from '../../core/contract/record/calendars.ts';
import { countText, isolated } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';

/** How far a calendar is filled, while it is. */
export function Filling({ calendar: { name, filling } }: { readonly calendar: Calendar }) {
  const { state, reason, done, total } = filling;
  if (state === 'idle') return null;
  if (state === 'failing') return <p className="calendar-note">{t('calendars.fillFailing', { why: reason === null ? '' : errorWords(reason) })}</p>;
  // Not counted yet, or nothing to count.
  const many = total === null || total === 0 ? null : total;
  return (
    <div className="calendar-filling">
      <p role="status" className="num">
        {many === null ? t('calendars.counting') : t('calendars.filled', { done: countText(done), total: countText(many) })}
      </p>
      <progress {...(many === null ? {} : { value: done, max: many })} aria-label={t('calendars.filling', { name: isolated(name) })} />
    </div>
  );
}
