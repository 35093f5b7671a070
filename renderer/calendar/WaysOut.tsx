import { useEffect, useMemo, useRef, useState } from 'react';
import { costOfMoves } from '../../core/domain/conflicts/costs.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Plan } from '../../core/domain/conflicts/solver.ts';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { conflictTitle } from '../conflicts/words.ts';
import { t } from '../i18n/index.ts';
import { propose } from './acts.ts';
import { CostLine } from './CostLines.tsx';
import { setHolding, useHolding } from './holding.ts';
import { useRole } from './useHouse.ts';
import { useWaysOut } from './useWaysOut.ts';
import { clashText, moveText, whenText } from './words.ts';
import { versionOf } from '../../core/domain/conflicts/house.ts';

/** Up to three ways out of what was chosen in the queue, the least disturbing first; one that is looked at shows where it leads. */
export function WaysOut({ house, conflictIds, mayMove }: { readonly house: House; readonly conflictIds: readonly string[]; readonly mayMove: boolean }) {
  const { conflicts } = useTables();
  const tables = useTables();
  const role = useRole();
  // The minute in which it was asked: the answer must not change while it is read.
  const [askedAt] = useState(() => Date.now());
  const chosen = useMemo(() => conflictIds.flatMap((id) => conflicts[id] ?? []).filter(({ state }) => state !== 'resolved'), [conflictIds, conflicts]);
  const found = useWaysOut(house, chosen, role, askedAt);
  const priced = useMemo(
    () => (found?.plans ?? []).map((plan) => ({ plan, cost: costOfMoves(house, plan.moves.map(({ to }) => to), role, askedAt) })),
    [askedAt, found, house, role],
  );
  const lift = useHolding((state) => state.lift);
  useEffect(() => {
    setHolding({ ways: found?.plans ?? [] });
    return () => setHolding({ ways: [] });
  }, [found]);
  const card = useRef<HTMLElement>(null);
  useEffect(() => card.current?.focus({ preventScroll: true }), [conflictIds]);
  const close = (): void => setHolding({ waysFor: null, preview: null });
  const look = (plan: Plan | null): void => setHolding({ preview: plan ? plan.moves.map(({ to }) => to) : null });
  // What is carried may be dropped onto a way that moves it.
  const takes = ({ moves }: Plan): boolean => lift?.grip === 'whole' && lift.by !== 'keyboard' && moves.some(({ id }) => id === lift.from.id);
  const [only] = chosen;
  const title = chosen.length === 1 && only ? conflictTitle(tables, only) : t('calendar.waysForMany', { count: chosen.length });

  return (
    <section
      ref={card}
      className="cal-card"
      aria-label={t('calendar.ways')}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <header className="cal-card-head">
        <h2>{t('calendar.waysFor', { title })}</h2>
        <button type="button" className="button" onClick={close}>
          {t('account.close')}
        </button>
      </header>
      <div role="status">
        {chosen.length === 0 ? <p>{t(chosen.length === 0 && conflictIds.every((id) => conflicts[id]?.kind === 'limit') ? 'conflicts.resolvedLimit' : 'conflicts.resolved')}</p> : found === null ? <p className="dim">{t('calendar.looking')}</p> : found.plans.length === 0 ? <p>{t(chosen.every(({ kind }) => kind === 'limit') ? 'calendar.noWayLimit' : 'calendar.noWay')}</p> : <p className="dim">{t(found.proven ? 'calendar.waysProven' : 'calendar.waysFound', { count: found.plans.length })}</p>}
        {found && found.stuck.length > 0 ? <p className="cal-note">{t('calendar.stuck', { what: found.stuck.map((clash) => clashText(house, clash.members[0] ?? '', clash, [])).join('; ') })}</p> : null}
      </div>
      {found && chosen.length > 0 ? (
        <ol className="cal-plans">
          {priced.map(({ plan, cost }, index) => (
            <li key={plan.moves.map(({ id, to }) => `${id} ${to.startsAt} ${to.resourceId}`).join()} className="cal-plan" data-way={index} data-takes={takes(plan) || undefined} data-over={lift?.way === plan || undefined} onPointerEnter={() => look(plan)} onPointerLeave={(event) => event.pointerType === 'mouse' && look(null)} onFocus={() => look(plan)} onBlur={() => look(null)}>
              <p className="cal-plan-title">{takes(plan) ? t('calendar.dropOnWay', { number: index + 1 }) : t('calendar.planNumber', { number: index + 1, count: plan.moves.length })}</p>
              <ul className="cal-moves">
                {plan.moves.map(({ id, from, to }) => (
                  <li key={id}>
                    <bdi className="cal-who">{from.label}</bdi>
                    <span>{moveText(house, from, to)}</span>
                    <span className="dim num">{whenText(to, house.zone)}</span>
                  </li>
                ))}
              </ul>
              <CostLine house={house} cost={cost} />
              {plan.warnings.map((clash) => (
                <p key={`${clash.kind} ${clash.members.join()}`} className="dim">
                  {t('calendar.tight')}: {clashText(house, plan.moves[0]?.id ?? '', clash, plan.moves.map(({ to }) => to))}
                </p>
              ))}
              {mayMove ? (
                <button
                  type="button"
                  className={`button ${index === 0 ? 'button-main' : ''}`}
                  aria-label={t('calendar.takePlanOf', { number: index + 1, who: plan.moves.map(({ from }) => isolated(from.label)).join(', ') })}
                  onClick={() => propose(house, plan.moves.map(({ to }) => ({ to, version: versionOf(house, to.id) })), role, Date.now())}
                >
                  {t('calendar.takePlan')}
                </button>
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}
