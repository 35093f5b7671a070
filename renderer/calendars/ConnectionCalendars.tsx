import { useMemo, useState } from 'react';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Setup, SystemFace } from '../../core/contract/systems.ts';
import { Unfold } from '../accounts/fields.tsx';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { GiveLeave } from '../connecting/GiveLeave.tsx';
import { t } from '../i18n/index.ts';
import { retryPush } from '../state/calendars.ts';
import { CalendarForm } from './CalendarForm.tsx';
import { Filling } from './Filling.tsx';
import { PushLine } from './PushLine.tsx';
import { calendarText, writes } from './words.ts';

interface Props {
  readonly connection: Connection;
  /** Null = not known (yet). */
  readonly face: SystemFace | null;
  readonly setup: Setup | null;
  readonly zone: string;
  readonly onLeave: () => void;
}

/** The calendars of a connection: whose each is and which way it goes, what is the matter with it, how far it is filled. */
export function ConnectionCalendars({ connection, face, setup, zone, onLeave }: Props) {
  const { calendars } = useTables();
  const [openId, setOpenId] = useState<string | null>(null);
  const own = useMemo(
    () => Object.values(calendars).filter(({ connectionId }) => connectionId === connection.id).sort((a, b) => a.state.localeCompare(b.state) || Number(b.main) - Number(a.main) || a.name.localeCompare(b.name)),
    [calendars, connection.id],
  );
  const open = openId === null ? undefined : calendars[openId];
  // A feed is read as a whole, and its one calendar needs no choosing.
  const expected = connection.path === 'native' && face?.category === 'calendar';
  if (own.length === 0 && !expected) return null;
  const readOnly = own.some(({ mayWrite, state }) => mayWrite === false && state === 'active');
  return (
    <section className="inspector-part">
      <h3>{t('calendars.title')}</h3>
      {own.length === 0 ? <p className="dim">{t('calendars.none')}</p> : null}
      <ul className="calendars">
        {own.map((calendar) => (
          <CalendarRow key={calendar.id} calendar={calendar} zone={zone} onOpen={() => setOpenId(calendar.id)} />
        ))}
      </ul>
      {readOnly && setup?.leave ? <p className="dim calendar-leave">{t('calendars.readOnlySome')}</p> : null}
      {readOnly && setup?.leave ? (
        <Unfold label={t('connect.leaveGive')}>
          {(close) => (
            <GiveLeave
              connectionId={connection.id}
              name={face?.name ?? connection.name}
              onGiven={() => {
                close();
                onLeave();
              }}
            />
          )}
        </Unfold>
      ) : null}
      {open ? <CalendarForm key={open.id} calendar={open} keeper={setup?.keeper ?? null} onClose={() => setOpenId(null)} /> : null}
    </section>
  );
}

function CalendarRow({ calendar, zone, onOpen }: { readonly calendar: Calendar; readonly zone: string; readonly onOpen: () => void }) {
  const tables = useTables();
  const may = useMay('command:calendar.save');
  const { id, name, colour, mayWrite, state, direction, resourceId, everyWedding } = calendar;
  const aimless = direction !== 'none' && resourceId === null && !(everyWedding && writes(calendar));
  return (
    <li className="calendar-row" data-state={state}>
      <div className="calendar-head">
        <svg className="calendar-dot" viewBox="0 0 12 12" aria-hidden>
          <circle cx="6" cy="6" r="5" {...(colour === null ? {} : { fill: colour })} />
        </svg>
        <span className="calendar-who">
          <bdi>{name}</bdi>
          <span className="row-sub">{calendarText(tables, calendar)}</span>
        </span>
        {may ? (
          <button type="button" className="button" aria-label={t('calendars.editOf', { name: isolated(name) })} onClick={onOpen}>
            {t('calendars.edit')}
          </button>
        ) : null}
      </div>
      <DecisionMark rowId={id} />
      {state === 'gone' ? <p className="calendar-note">{t('calendars.goneHelp')}</p> : mayWrite === false && writes(calendar) ? <p className="calendar-note">{t('calendars.readOnly')}</p> : null}
      {aimless && state === 'active' ? <p className="calendar-note">{t('calendars.needsWhose')}</p> : null}
      <Filling calendar={calendar} />
      <FailedPushes calendarId={id} zone={zone} />
    </li>
  );
}

/** So many are named; trying again means all of them. */
const NAMED = 5;

function FailedPushes({ calendarId, zone }: { readonly calendarId: string; readonly zone: string }) {
  const backend = useBackend();
  const tables = useTables();
  const may = useMay('command:push.retry');
  const failed = useMemo(() => Object.values(tables.pushes).filter((push) => push.calendarId === calendarId && push.state === 'failed'), [tables.pushes, calendarId]);
  if (failed.length === 0) return null;
  const tryAll = async (): Promise<void> => {
    for (const push of failed) tellDecided(await retryPush(backend, push), push.id);
  };
  return (
    <div className="calendar-failed">
      <p className="calendar-note">{t('calendars.failed', { count: failed.length })}</p>
      <ul className="pushes">
        {failed.slice(0, NAMED).map((push) => (
          <PushLine key={push.id} push={push} zone={zone} name={tables[push.subject.collection][push.subject.id]?.title ?? t('conflicts.gone')} />
        ))}
      </ul>
      {failed.length > 1 && may ? (
        <button type="button" className="button" onClick={() => void tryAll()}>
          {t('calendars.retryAll', { count: failed.length })}
        </button>
      ) : null}
    </div>
  );
}
