import { TextInput } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { judgeDrop } from '../../core/domain/conflicts/drop.ts';
import { versionOf, type House } from '../../core/domain/conflicts/house.ts';
import { memberOf } from '../../core/domain/conflicts/occupancies.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { isolated } from '../components/format.ts';
import { WillWrite } from '../calendars/WillWrite.tsx';
import { useNow } from '../components/useNow.ts';
import { t, tMaybe } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { carryOut } from '../state/taking.ts';
import { setHolding, type Proposal } from './holding.ts';
import { useRole } from './useHouse.ts';
import { moveText, reasonsOf, vanishedText, whenText } from './words.ts';

/** Before anything is sent: who moves and by how much, what begins and ceases to clash, and whether somebody has to say why. */
export function ImpactCard({ house, proposal, onDone }: { readonly house: House; readonly proposal: Proposal; readonly onDone: (occupancyId: string | null) => void }) {
  const backend = useBackend();
  const role = useRole();
  const now = useNow(60_000);
  const card = useRef<HTMLElement>(null);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const to = useMemo(() => proposal.moves.map((move) => move.to), [proposal]);
  const drop = useMemo(() => judgeDrop(house, to, role, now), [house, to, role, now]);
  const from = to.flatMap(({ id }) => house.timetable.get(id) ?? []);
  const deciding = useConsole((state) => to.some(({ id }) => state.deciding[memberOf(id).id] === true));
  const needsReason = drop.verdict === 'reason';
  const limitText = drop.impact.breaches.map(({ overridableBy, name }) => t('calendar.limitBy', { name: isolated(name), who: overridableBy.map((who) => tMaybe(`roles.${who}`) ?? who).join(', ') }));
  const moved = new Set(to.map(({ id }) => id));

  useEffect(() => card.current?.focus({ preventScroll: true }), [proposal]);

  const letGo = (): void => {
    if (proposal.overtaken !== null) void backend.resolveCommand({ choice: 'drop', commandId: proposal.overtaken });
    setHolding({ proposal: null, said: t('calendar.putBack') });
    onDone(to[0]?.id ?? null);
  };
  const send = async (): Promise<void> => {
    if (needsReason && reason.trim() === '') return setMissing(true);
    // After somebody else was first it is sent over what the person sees now.
    const moves = proposal.overtaken === null ? proposal.moves : to.map((one) => ({ to: one, version: versionOf(house, one.id) }));
    const { decided } = await carryOut(backend, moves, from, needsReason ? reason : null);
    tellDecided(decided, memberOf(to[0]?.id ?? '').id);
    if (decided.kind === 'not_kept') return;
    setHolding({ proposal: null, said: t('calendar.sent') });
    onDone(to[0]?.id ?? null);
  };

  return (
    <section
      ref={card}
      className="cal-card"
      aria-label={t('calendar.impactTitle')}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        letGo();
      }}
    >
      <form
        className="cal-impact"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2>{t(proposal.overtaken === null ? 'calendar.impactTitle' : 'calendar.overtakenTitle')}</h2>
        {proposal.overtaken === null ? null : (
          <p className="cal-note" role="alert">
            {t('calendar.overtaken', { now: from.map((one) => `${isolated(one.label)}: ${whenText(one, house.zone)}`).join('; ') })}
          </p>
        )}
        <ul className="cal-moves">
          {to.map((one) => {
            const was = house.timetable.get(one.id);
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
              </li>
            );
          })}
        </ul>
        <ul className="cal-effects">
          {drop.impact.vanish.map((clash) => (
            <li key={`v ${clash.kind} ${clash.members.join()}`} data-effect="vanishes">
              <strong>{t('calendar.vanishesWith')}</strong> {vanishedText(house, moved, clash)}
            </li>
          ))}
          {reasonsOf(house, drop, to).map((text) => (
            <li key={text} data-effect="appears">
              <strong>{t(drop.verdict === 'warned' ? 'calendar.tight' : 'calendar.against')}:</strong> {text}
            </li>
          ))}
          {drop.impact.vanish.length === 0 && drop.impact.appear.length === 0 && drop.verdict === 'free' ? <li data-effect="free">{t('calendar.nothingClashes')}</li> : null}
          <WillWrite house={house} to={to} />
        </ul>
        {drop.verdict === 'refused' ? <p className="inline-error">{t('calendar.notAnyMore')}</p> : null}
        {needsReason ? (
          <TextInput label={t('calendar.reason')} description={[t('calendar.reasonHelp'), ...limitText].join(' ')} value={reason} maxLength={200} autoComplete="off" error={missing && reason.trim() === '' ? t('connect.problem.missing') : undefined} onChange={(event) => setReason(event.currentTarget.value)} />
        ) : null}
        <div className="dialog-acts">
          <button type="submit" className="button button-main" disabled={drop.verdict === 'refused' || deciding}>
            {t(to.length > 1 ? 'calendar.confirmAll' : 'calendar.confirm')}
          </button>
          <button type="button" className="button" onClick={letGo}>
            {t(proposal.overtaken === null ? 'calendar.putBackAct' : 'outbox.drop')}
          </button>
        </div>
      </form>
    </section>
  );
}
