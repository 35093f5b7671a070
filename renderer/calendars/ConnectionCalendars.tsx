import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Setup, SystemFace } from '../../core/contract/systems.ts';
import { Unfold } from '../accounts/fields.tsx';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { useRoute } from '../app/routes.ts';
import { SeenAlert } from '../app/SeenAlert.tsx';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { looksOf } from '../connecting/catalogue.ts';
import { GiveLeave } from '../connecting/GiveLeave.tsx';
import { t } from '../i18n/index.ts';
import { retryPush } from '../state/calendars.ts';
import { CalendarForm } from './CalendarForm.tsx';
import { ChannelLine, NotCalled } from './ChannelLine.tsx';
import { Filling } from './Filling.tsx';
import { KeptLine, WaitsLine } from './KeptLine.tsx';
import { PushLine } from './PushLine.tsx';
import { Unread } from './Unread.tsx';
import { calendarName, calendarText, writes } from './words.ts';

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
  // What is not looked at at all says so at the top of its details.
  const silent = connection.health === 'paused' || connection.health === 'disabled' || setup?.leave?.ended === true;
  const channels = silent ? undefined : setup?.channels;
  const looks = face ? looksOf(face, connection.path) : null;
  const inUse = own.some(({ direction, state }) => direction !== 'none' && state === 'active');
  const readOnly = own.some(({ mayWrite, state }) => mayWrite === false && state === 'active');
  return (
    <section className="inspector-part">
      <h3>{t('calendars.title')}</h3>
      {own.length === 0 ? <p className="dim">{t('calendars.none')}</p> : null}
      {setup?.keeper && (inUse || setup.keeper.state !== 'here') ? <KeptLine keeper={setup.keeper} /> : null}
      {channels && inUse ? <NotCalled channels={channels} looks={looks} name={isolated(face?.name ?? connection.name)} /> : null}
      <ul className="calendars">
        {own.map((calendar) => (
          <CalendarRow key={calendar.id} calendar={calendar} zone={zone} channel={channels ? <ChannelLine calendar={calendar} channels={channels} looks={looks} zone={zone} /> : null} onOpen={() => setOpenId(calendar.id)} />
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
      {open ? <CalendarForm key={open.id} calendar={open} lacks={face?.calendarLacks ?? []} kept={setup?.keeper ? <KeptLine keeper={setup.keeper} /> : null} onClose={() => setOpenId(null)} /> : null}
    </section>
  );
}

interface RowProps {
  readonly calendar: Calendar;
  readonly zone: string;
  /** How soon its changes are known. */
  readonly channel: ReactNode;
  readonly onOpen: () => void;
}

/** An address may lead to one calendar: it is marked, in sight, and where the keyboard goes on. */
function useLedTo(calendarId: string) {
  const { place } = useRoute();
  const row = useRef<HTMLLIElement>(null);
  const ledTo = place.view === 'integrations' && place.calendarId === calendarId;
  useEffect(() => {
    if (!ledTo) return;
    row.current?.focus({ preventScroll: true });
    row.current?.scrollIntoView({ block: 'center' });
  }, [ledTo]);
  return { row, ledTo };
}

function CalendarRow({ calendar, zone, channel, onOpen }: RowProps) {
  const tables = useTables();
  const { row, ledTo } = useLedTo(calendar.id);
  const may = useMay('command:calendar.save');
  const { id, name, colour, mayWrite, state, direction, resourceId, everyWedding, twinId } = calendar;
  const aimless = direction !== 'none' && resourceId === null && !(everyWedding && writes(calendar));
  return (
    <li className="calendar-row" data-state={state} data-led-to={ledTo || undefined} ref={row} tabIndex={-1}>
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
      <Unread calendar={calendar} zone={zone} />
      {twinId && state === 'active' ? <p className="calendar-note">{t('calendars.twin', { name: calendarName(tables, twinId) })}</p> : null}
      {aimless && state === 'active' ? <p className="calendar-note">{t('calendars.needsWhose')}</p> : null}
      {channel}
      <WaitsLine calendar={calendar} zone={zone} />
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
      <span className="board-acts">
        {failed.length > 1 && may ? (
          <button type="button" className="button" onClick={() => void tryAll()}>
            {t('calendars.retryAll', { count: failed.length })}
          </button>
        ) : null}
        <SeenAlert collection="calendars" id={calendarId} />
      </span>
    </div>
  );
}
