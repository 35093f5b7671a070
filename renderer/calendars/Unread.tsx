import type { Calendar } from '../../core/contract/record/calendars.ts';
import { SeenAlert } from '../app/SeenAlert.tsx';
import { momentText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { errorWords, t, tMaybe } from '../i18n/index.ts';

/** That a calendar in use cannot be read, since when, and what to do; nothing while it can, and where it is gone altogether. */
export function Unread({ calendar: { id, unread, state, direction }, zone }: { readonly calendar: Calendar; readonly zone: string }) {
  const now = useNow(60_000);
  if (!unread || state !== 'active' || direction === 'none') return null;
  return (
    <>
      <p className="calendar-note">
        {t('calendars.unread.title', { when: momentText(unread.since, zone, now) })}{' '}
        {tMaybe(`calendars.unread.${unread.reason}`) ?? errorWords(unread.reason)}
      </p>
      <span className="board-acts">
        <SeenAlert collection="calendars" id={id} />
      </span>
    </>
  );
}
