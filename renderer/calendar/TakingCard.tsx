import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { judgeStatus } from '../../core/domain/conflicts/drop.ts';
import { versionOf, type House } from '../../core/domain/conflicts/house.ts';
import { statusAt, type Occupancy } from '../../core/domain/conflicts/model.ts';
import { memberOf, occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { OnCalendars } from '../calendars/OnCalendars.tsx';
import { calendarName } from '../calendars/words.ts';
import { useNow } from '../components/useNow.ts';
import { inspectHref } from '../inspector/links.ts';
import { t } from '../i18n/index.ts';
import type { Decided } from '../state/commands.ts';
import { newId } from '../state/ids.ts';
import { movableOf, saveAllocation, setTakingStatus } from '../state/taking.ts';
import { lift } from './acts.ts';
import { asksCalendars, UnaskedItems, useAsked } from './asking.tsx';
import { say, setHolding } from './holding.ts';
import { useRole } from './useHouse.ts';
import { breachText, clashText, holdText, resourceName, shutText, statusText, whenText } from './words.ts';

type Wanted = 'hold' | 'definite' | 'cancelled';
const OFFERED: Readonly<Record<Occupancy['status'], readonly Wanted[]>> = { lead: ['hold', 'definite', 'cancelled'], hold: ['definite', 'cancelled'], definite: ['hold', 'cancelled'], closed: ['cancelled'], cancelled: [] };
/** Nobody has booked a closure: it is not cancelled, its resource is to be had again. */
const actOf = ({ status }: Occupancy, wanted: Wanted): string => t(status === 'closed' ? 'calendar.act.reopen' : `calendar.act.${wanted}`);

interface CardProps {
  readonly house: House;
  readonly one: Occupancy;
  /** An open conflict that it is in; null = none. */
  readonly conflictId: string | null;
  readonly mayMove: boolean;
  readonly onClose: () => void;
  readonly onFocusBar: () => void;
}

/** What is chosen on the timeline, and everything that may be done with it. */
export function TakingCard({ house, one, conflictId, mayMove, onClose, onFocusBar }: CardProps) {
  const now = useNow(60_000);
  const tables = useTables();
  const mayStatus = useMay(one.status === 'closed' ? 'command:allocation.save' : 'command:booking.set_status');
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const { collection, id } = memberOf(one.id);
  const subject = movableOf(one.id);
  const entry = collection === 'calendarEvents' ? house.rows.calendarEvents[id] : undefined;
  const href = collection === 'weddings' ? inspectHref('about', id, id) : collection === 'bookings' ? inspectHref('booking', id, house.rows.bookings[id]?.weddingId ?? null) : entry ? inspectHref('entry', id, entry.weddingId) : null;
  const hold = holdText(one, house.zone);
  return (
    <section className="cal-card" aria-label={one.label}>
      <header className="cal-card-head">
        <h2>
          <bdi>{one.label}</bdi>
        </h2>
        <button type="button" className="button" onClick={onClose}>
          {t('account.close')}
        </button>
      </header>
      <p className="num">
        {resourceName(house, one.resourceId)} · {whenText(one, house.zone)} · {statusText(one, now)} {hold ? `· ${hold}` : ''} <DecisionMark rowId={id} />
      </p>
      {subject === null ? <p>{t('calendars.theirs', { calendar: entry?.calendarId ? calendarName(tables, entry.calendarId) : t('calendars.unknown') })}</p> : one.locked ? <p className="cal-note">{t('calendar.locked', { reason: one.locked.reason })}</p> : null}
      {mayMove && !one.locked ? <p className="cal-touch-hint">{t('calendar.touchHint')}</p> : null}
      {subject === null ? null : <OnCalendars subject={subject} zone={house.zone} onCard />}
      <div className="cal-acts">
        {mayMove && !one.locked ? (
          <>
            <button type="button" className="button" onClick={() => setHolding({ dialog: { kind: 'move', id: one.id } })}>
              {t('calendar.act.moveTo')}
            </button>
            <button
              type="button"
              className="button cal-by-keys"
              onClick={() => {
                // Carried on by keyboard from here; who has a mouse drags.
                onFocusBar();
                lift(house, one, 'whole', 'keyboard');
              }}
            >
              {t('calendar.act.move')}
            </button>
            <button type="button" className="button" onClick={() => { setHolding({ swapping: one.id }); say(t('calendar.swapNow')); onFocusBar(); }}>
              {t('calendar.act.swap')}
            </button>
          </>
        ) : null}
        {mayStatus && subject !== null ? OFFERED[statusAt(one, now)].map((status) => (
          <button key={status} type="button" className="button" aria-expanded={wanted === status} onClick={() => setWanted(wanted === status ? null : status)}>
            {actOf(one, status)}
          </button>
        )) : null}
        {collection === 'allocations' && mayMove ? (
          <button type="button" className="button" onClick={() => setHolding({ dialog: { kind: 'allocation', id, resourceId: null, startsAt: one.startsAt } })}>
            {t('calendar.act.edit')}
          </button>
        ) : null}
        {conflictId && mayMove ? (
          <button type="button" className="button" onClick={() => setHolding({ waysFor: [conflictId], proposal: null })}>
            {t('calendar.ways')}
          </button>
        ) : null}
        {href ? (
          <a className="button" href={href}>
            {t('calendar.act.open')}
          </a>
        ) : null}
      </div>
      {wanted && subject ? <StatusForm key={wanted} house={house} one={one} subject={subject} status={wanted} onDone={() => setWanted(null)} /> : null}
    </section>
  );
}

interface StatusProps {
  readonly house: House;
  readonly one: Occupancy;
  readonly subject: NonNullable<ReturnType<typeof movableOf>>;
  readonly status: Wanted;
  readonly onDone: () => void;
}

/** Says what stands against it and asks why where somebody has to; what cancels or gives way needs no word. */
function StatusForm({ house, one, subject, status, onDone }: StatusProps) {
  const backend = useBackend();
  const tables = useTables();
  const now = useNow(60_000);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const { waits, unasked, wait } = useAsked(onDone);
  const { collection, id } = subject;
  const role = useRole();
  const settled = Object.values(tables.conflicts).filter(({ state }) => state === 'overridden');
  const accepted = settled.map(({ members }) => members.map(occupancyId).sort().join(' '));
  const stood = judgeStatus(house, one, status, ({ members }) => accepted.includes([...members].sort().join(' ')), now);
  // A limit that somebody has let it pass, no further than now, is not asked about again.
  const breaches = stood.breaches.filter(({ limitId, byMs }) => !settled.some((conflict) => conflict.limitId === limitId && byMs <= conflict.missingMs && conflict.members.some((member) => occupancyId(member) === one.id)));
  const judged = { clashes: stood.clashes, breaches, needsReason: stood.clashes.length + breaches.length > 0 };
  const shut = status === 'cancelled' ? [] : breaches.filter(({ overridableBy }) => overridableBy.length === 0 || (role !== null && !overridableBy.includes(role)));
  const asks = status !== 'cancelled' && (judged.needsReason || unasked.length > 0);
  const sent = (commandId: string): Promise<Decided> => {
    const closure = one.status === 'closed' && collection === 'allocations' ? house.rows.allocations[id] : undefined;
    if (closure === undefined) return setTakingStatus(backend, { collection, id, basedOnVersion: versionOf(house, one.id), status, reason: asks ? reason : null }, commandId);
    const { version, weddingId, bookingId, resourceId, title, startsAt, endsAt, rank, holdUntil, lockedBecause, tags, units, setUpMinutes, turnaroundMinutes } = closure;
    return saveAllocation(backend, {
      allocationId: id, basedOnVersion: version, weddingId, bookingId, resourceId, title, startsAt, endsAt, status: 'cancelled', rank, holdUntil, lockedBecause, tags,
      units, setUpMinutes, turnaroundMinutes, reason: null,
    }, commandId);
  };
  return (
    <form
      className="unfolded"
      aria-label={actOf(one, status)}
      onSubmit={(event) => {
        event.preventDefault();
        if (shut.length > 0) return;
        if (asks && reason.trim() === '') return setMissing(true);
        const commandId = newId();
        const stays = status === 'definite' && asksCalendars(tables, [one.resourceId]);
        void sent(commandId).then((done) => {
          tellDecided(done, id);
          if (done.kind === 'kept' && stays) wait(commandId);
          else if (done.kind !== 'not_kept') onDone();
        });
      }}
    >
      {asks ? (
        <ul className="cal-effects">
          {judged.clashes.map((clash) => (
            <li key={`${clash.kind} ${clash.members.join()}`} data-effect="appears">{clashText(house, one.id, clash, [])}</li>
          ))}
          {judged.breaches.map((breach) => (
            <li key={breach.limitId} data-effect="appears">{breachText(breach)}</li>
          ))}
          <UnaskedItems unasked={unasked} zone={house.zone} now={now} />
        </ul>
      ) : null}
      {shut.length > 0 ? <p className="inline-error">{shut.map(shutText).join(' ')}</p> : asks ? <TextInput label={t('calendar.reason')} description={t('calendar.reasonHelp')} value={reason} maxLength={200} autoComplete="off" error={missing && reason.trim() === '' ? t('connect.problem.missing') : undefined} onChange={(event) => setReason(event.currentTarget.value)} /> : <p className="dim">{t(one.status === 'closed' ? 'calendar.becomesStatus.reopened' : `calendar.becomesStatus.${status}`)}</p>}
      <button type="submit" className="button button-main" disabled={waits || shut.length > 0}>
        {waits ? t('calendar.asking') : unasked.length > 0 ? t('calendar.confirmWithReason') : actOf(one, status)}
      </button>
    </form>
  );
}
