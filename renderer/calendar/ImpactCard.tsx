import { TextInput } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { MOST_FOLLOWING } from '../../core/contract/commands.ts';
import { movedCall, type Follower } from '../../core/domain/conflicts/following.ts';
import { costOfWhole } from '../../core/domain/conflicts/costs.ts';
import { versionOf, type House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { memberOf } from '../../core/domain/conflicts/occupancies.ts';
import { judgeWhole, partiesOf } from '../../core/domain/conflicts/parties.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { isolated, timeText } from '../components/format.ts';
import { WillWrite } from '../calendars/WillWrite.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { carryOut } from '../state/taking.ts';
import { itemAfter, standsAt } from './after.ts';
import { asksCalendars, UnaskedItems, useAsked } from './asking.tsx';
import { CardForm } from './CardForm.tsx';
import { CostLines } from './CostLines.tsx';
import { Following } from './Following.tsx';
import { setHolding, settleOvertaken, type Proposal } from './holding.ts';
import { useRole } from './useHouse.ts';
import { moveText, reasonsOf, rolesText, shutText, vanishedText, whenText } from './words.ts';

/** A booking takes its call time along; null = it has none, or it stays. */
function callText(house: House, one: Occupancy): string | null {
  const { collection, id } = memberOf(one.id);
  const row = collection === 'bookings' ? house.rows.bookings[id] : undefined;
  const call = row ? movedCall(row, one.startsAt) : null;
  if (!row?.callTime || call === null || Date.parse(call) === Date.parse(row.callTime)) return null;
  return t('calendar.follow.call', { was: timeText(row.callTime, house.zone), becomes: timeText(call, house.zone) });
}

/** Before anything is sent: who moves and by how much, what goes with it, what begins and ceases to clash, and whether somebody has to say why. */
export function ImpactCard({ house, proposal, onDone }: { readonly house: House; readonly proposal: Proposal; readonly onDone: (occupancyId: string | null) => void }) {
  const backend = useBackend();
  const role = useRole();
  const now = useNow(60_000);
  const card = useRef<HTMLElement>(null);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const to = useMemo(() => proposal.moves.map((move) => move.to), [proposal]);
  const tables = useTables();
  const items = tables.runSheetItems;
  const parties = useMemo(() => partiesOf(house, to, Object.values(items)), [house, to, items]);
  const whole = useMemo(() => judgeWhole(house, to, parties, new Set(proposal.stays), role, now), [house, to, parties, proposal.stays, role, now]);
  const { drop } = whole;
  const taking = useMemo(() => [...to, ...whole.along.flatMap((one) => standsAt(house, one) ?? [])], [house, to, whole]);
  const from = to.flatMap(({ id }) => house.timetable.get(id) ?? []);
  const besides = useMemo(() => whole.along.flatMap((one) => itemAfter(house, one, to) ?? []), [house, to, whole]);
  const company = parties.map(({ wedding, followers }) => {
    const goes = (one: Follower): boolean => whole.along.includes(one);
    return { weddingId: wedding.id, along: followers.filter(goes), stay: followers.filter((one) => !goes(one)) };
  });
  const cost = useMemo(() => costOfWhole(house, to, whole, now), [house, to, whole, now]);
  const tooMany = company.some(({ along }) => along.length > MOST_FOLLOWING);
  const deciding = useConsole((state) => to.some(({ id }) => state.deciding[memberOf(id).id] === true));
  const done = (): void => {
    settleOvertaken(proposal);
    setHolding({ proposal: null, said: t('calendar.sent') });
    onDone(to[0]?.id ?? null);
  };
  // What somebody was quicker with comes back as another card.
  const { waits, unasked, wait } = useAsked((outcome) => outcome !== 'rebase' && done());
  const needsReason = drop.verdict === 'reason' || unasked.length > 0;
  const limitText = drop.impact.breaches.map(({ overridableBy, name }) => t('calendar.limitBy', { name: isolated(name), who: rolesText(overridableBy) }));
  const moved = new Set(whole.to.map(({ id }) => id));

  useEffect(() => card.current?.focus({ preventScroll: true }), [proposal]);

  const letGo = (): void => {
    if (proposal.overtaken !== null) void backend.resolveCommand({ choice: 'drop', commandId: proposal.overtaken });
    settleOvertaken(proposal);
    setHolding({ proposal: null, said: t('calendar.putBack') });
    onDone(to[0]?.id ?? null);
  };
  const send = async (): Promise<void> => {
    if (needsReason && reason.trim() === '') return setMissing(true);
    // After somebody else was first it is sent over what the person sees now.
    const moves = proposal.overtaken === null ? proposal.moves : to.map((one) => ({ to: one, version: versionOf(house, one.id) }));
    const stays = asksCalendars(tables, whole.to.filter(({ status }) => status === 'definite').map(({ resourceId }) => resourceId));
    const { decided, commandId } = await carryOut(backend, moves, from, needsReason ? reason : null, company);
    tellDecided(decided, memberOf(to[0]?.id ?? '').id);
    if (decided.kind === 'kept' && stays) wait(commandId);
    else if (decided.kind !== 'not_kept') done();
  };

  return (
    <CardForm card={card} label={t('calendar.impactTitle')} onEscape={letGo} onSubmit={() => void send()}>
      <h2>{t(proposal.overtaken === null ? 'calendar.impactTitle' : 'calendar.overtakenTitle')}</h2>
      {proposal.overtaken === null ? null : (
        <p className="cal-note" role="alert">
          {t('calendar.overtaken', { now: from.map((one) => `${isolated(one.label)}: ${whenText(one, house.zone)}`).join('; ') })}
        </p>
      )}
      <ul className="cal-moves">
        {to.map((one) => {
          const was = house.timetable.get(one.id);
          const call = callText(house, one);
          return (
            <li key={one.id}>
              <bdi className="cal-who">{one.label}</bdi>
              {was ? <span>{moveText(house, was, one)}</span> : null}
              <span className="dim num">
                {was && (was.startsAt !== one.startsAt || was.endsAt !== one.endsAt) ? (
                  <>
                    {whenText(was, house.zone)} <IconArrowRight size={12} aria-label={t('calendar.becomes')} />{' '}
                  </>
                ) : null}
                {whenText(one, house.zone)}
              </span>
              {call === null ? null : <span className="dim num">{call}</span>}
            </li>
          );
        })}
      </ul>
      {parties.filter(({ followers }) => followers.length > 0).map((party) => (
        <Following
          key={party.wedding.id} house={house} party={party} whole={whole} named={parties.length > 1}
          stays={proposal.stays} onStays={(stays) => setHolding({ proposal: { ...proposal, stays } })}
        />
      ))}
      {tooMany ? <p className="inline-error">{t('calendar.follow.tooMany', { count: MOST_FOLLOWING })}</p> : null}
      <ul className="cal-effects">
        {drop.impact.vanish.map((clash) => (
          <li key={`v ${clash.kind} ${clash.members.join()}`} data-effect="vanishes">
            <strong>{t('calendar.vanishesWith')}</strong> {vanishedText(house, moved, clash)}
          </li>
        ))}
        {reasonsOf(house, drop, whole.to).map((text) => (
          <li key={text} data-effect="appears">
            <strong>{t(drop.verdict === 'warned' ? 'calendar.tight' : 'calendar.against')}:</strong> {text}
          </li>
        ))}
        <UnaskedItems unasked={unasked} zone={house.zone} now={now} />
        {drop.impact.vanish.length === 0 && drop.impact.appear.length === 0 && drop.verdict === 'free' ? <li data-effect="free">{t('calendar.nothingClashes')}</li> : null}
        <WillWrite house={house} to={taking} besides={besides} />
      </ul>
      <CostLines house={house} cost={cost} />
      {drop.verdict === 'refused' ? <p className="inline-error">{[...drop.shut.map(shutText), t('calendar.notAnyMore')].join(' ')}</p> : null}
      {needsReason ? (
        <TextInput label={t('calendar.reason')} description={[t('calendar.reasonHelp'), ...limitText].join(' ')} value={reason} maxLength={200} autoComplete="off" error={missing && reason.trim() === '' ? t('connect.problem.missing') : undefined} onChange={(event) => setReason(event.currentTarget.value)} />
      ) : null}
      <div className="dialog-acts">
        <button type="submit" className="button button-main" disabled={drop.verdict === 'refused' || deciding || tooMany || waits}>
          {t(waits ? 'calendar.asking' : unasked.length > 0 ? 'calendar.confirmWithReason' : to.length > 1 ? 'calendar.confirmAll' : 'calendar.confirm')}
        </button>
        <button type="button" className="button" onClick={letGo}>
          {t(proposal.overtaken === null ? 'calendar.putBackAct' : 'outbox.drop')}
        </button>
      </div>
    </CardForm>
  );
}
