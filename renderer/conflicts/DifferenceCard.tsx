import { TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Difference } from '../../core/contract/record/calendars.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { asksCalendars, UnaskedItems, useAsked } from '../calendar/asking.tsx';
import { missingText } from '../calendar/fields.tsx';
import { useRole } from '../calendar/useHouse.ts';
import { calendarName } from '../calendars/words.ts';
import { Moment } from '../components/Moment.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { inspectHref } from '../inspector/links.ts';
import { settleDifference, type Kept } from '../state/calendars.ts';
import { newId } from '../state/ids.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { differenceTitle, isDeletion, sideText, subjectName } from './differenceWords.ts';
import { judgeTheirs } from './theirs.ts';

interface CardProps {
  readonly difference: Difference;
  readonly house: House;
  readonly zone: string;
  /** Shows it on the timeline, by its occupancy. */
  readonly onShow: (occupancyId: string) => void;
}

/** Both sides beside each other, and which of them stays. */
export function DifferenceCard({ difference, house, zone, onShow }: CardProps) {
  const backend = useBackend();
  const tables = useTables();
  const role = useRole();
  const now = useNow(60_000);
  const may = useMay('command:difference.settle');
  const waits = useConsole((state) => state.deciding[difference.id] === true || isWaiting(openDecision(state.outbox, difference.id)));
  const judged = useMemo(() => judgeTheirs(house, difference, role, now), [house, difference, role, now]);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { waits: isAsking, unasked, wait } = useAsked(() => undefined);
  const asks = judged.verdict === 'reason' || unasked.length > 0;
  const deleted = isDeletion(difference);
  const { collection, id } = difference.subject;
  const item = collection === 'runSheetItems' ? tables.runSheetItems[id] : undefined;
  const subject = collection === 'runSheetItems' ? null : occupancyId({ collection, id });
  const settle = (keep: Kept): void => {
    if (keep === 'theirs' && asks && reason.trim() === '') return setTried(true);
    const commandId = newId();
    const where = subject === null || keep === 'ours' ? undefined : house.timetable.get(subject)?.resourceId;
    const stays = where !== undefined && asksCalendars(tables, [where]);
    void settleDifference(backend, difference, keep, keep === 'theirs' && asks ? reason : null, commandId).then((done) => {
      tellDecided(done, difference.id);
      if (done.kind === 'kept' && stays) wait(commandId);
    });
  };
  return (
    <article className="conflict difference" aria-label={differenceTitle(tables, difference)}>
      <table className="difference-sides">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('differences.ours')}</th>
            <th scope="col">{calendarName(tables, difference.calendarId)}</th>
          </tr>
        </thead>
        <tbody>
          {difference.fields.map(({ name, base, ours, theirs }) => (
            <tr key={name}>
              <th scope="row">{t(`fields.${name}`)}</th>
              <Side name={name} value={ours} base={base} zone={zone} />
              <Side name={name} value={theirs} base={base} zone={zone} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">
        {t('differences.since')} <Moment at={difference.raisedAt} zone={zone} /> <DecisionMark rowId={difference.id} />{' '}
        {subject !== null && house.timetable.get(subject) ? (
          <button type="button" className="link-button" aria-label={t('conflicts.showOf', { title: subjectName(tables, difference) })} onClick={() => onShow(subject)}>
            {t('conflicts.show')}
          </button>
        ) : null}
        {item ? (
          <a className="link-button" aria-label={t('conflicts.showOf', { title: subjectName(tables, difference) })} href={inspectHref('item', item.id, item.weddingId)}>
            {t('conflicts.show')}
          </a>
        ) : null}
      </p>
      {judged.reasons.length + unasked.length > 0 ? (
        <ul className="cal-effects">
          {judged.reasons.map((text) => (
            <li key={text} data-effect="appears">
              <strong>{t(judged.verdict === 'warned' ? 'calendar.tight' : 'differences.against')}:</strong> {text}
            </li>
          ))}
          <UnaskedItems unasked={unasked} zone={zone} now={now} />
        </ul>
      ) : null}
      {may ? (
        <>
          {asks ? <TextInput label={t('differences.reason')} description={t('calendar.reasonHelp')} value={reason} maxLength={200} autoComplete="off" error={missingText(tried, reason.trim() === '')} onChange={(event) => setReason(event.currentTarget.value)} /> : null}
          <div className="cal-acts">
            <button type="button" className="button" disabled={waits} onClick={() => settle('ours')}>
              {t('differences.keepOurs')}
            </button>
            <button type="button" className="button" disabled={waits || judged.verdict === 'refused'} onClick={() => settle('theirs')}>
              {t(isAsking ? 'calendar.asking' : 'differences.takeTheirs')}
            </button>
          </div>
          <p className="dim">{t(deleted ? (item ? 'differences.helpDeletedItem' : 'differences.helpDeleted') : 'differences.help')}</p>
        </>
      ) : (
        <p className="dim">{t('differences.notYours')}</p>
      )}
    </article>
  );
}

type Field = Difference['fields'][number];

/** What was changed on this side is said by a word as well: it is not told by its look alone. */
function Side({ name, value, base, zone }: { readonly name: Field['name']; readonly value: string | null; readonly base: string | null; readonly zone: string }) {
  const changed = value !== base;
  return (
    <td data-changed={changed || undefined}>
      <bdi className="num">{sideText(name, value, zone)}</bdi>
      {changed ? <span className="row-sub">{t('differences.was', { before: sideText(name, base, zone) })}</span> : null}
    </td>
  );
}
