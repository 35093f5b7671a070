import { IconCheck, IconHexagonFilled, IconLock, IconTriangleFilled } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { DropVerdict } from '../../core/domain/conflicts/drop.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { isUnanswered } from '../../core/link/outbox.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { judgeAll, wouldMove } from './acts.ts';
import { xOf, type Axis } from './axis.ts';
import { BAR_LEAST_PX, BAR_TOP } from './Bar.tsx';
import { useHolding } from './holding.ts';
import { LANE, type LaidRow } from './lanes.ts';
import { kinIn, type Kin } from './shadows.ts';
import { useRole } from './useHouse.ts';
import { waitingOf } from './waiting.ts';
import { reasonsOf, whenText } from './words.ts';

const MARKS = { free: IconCheck, warned: IconTriangleFilled, reason: IconHexagonFilled, refused: IconLock } as const;
const REASONS_SHOWN = 2;
const NOBODY: readonly string[] = [];

interface GhostsProps {
  readonly house: House;
  readonly kin: Kin;
  readonly rows: readonly LaidRow[];
  readonly axis: Axis;
  readonly labels: number;
  readonly now: number;
}

/** Where things would be, how they would stand there, and what would begin or cease to clash with them. */
export function Ghosts({ house, kin, rows, axis, labels, now }: GhostsProps) {
  const lift = useHolding((state) => state.lift);
  const proposal = useHolding((state) => state.proposal);
  const preview = useHolding((state) => state.preview);
  const outbox = useConsole((state) => state.outbox);
  const role = useRole();
  const moves = useMemo(() => (lift ? wouldMove(house, lift).map(({ to }) => to) : (preview ?? proposal?.moves.map(({ to }) => to) ?? [])), [house, lift, preview, proposal]);
  const stays = proposal && !lift && !preview ? proposal.stays : NOBODY;
  const whole = useMemo(() => (moves.length > 0 ? judgeAll(house, moves, stays, role, now) : null), [house, moves, stays, role, now]);
  const drop = whole?.drop ?? null;
  const all = whole?.to ?? moves;
  const byResource = useMemo(() => new Map(rows.map((row) => [row.resourceId, row])), [rows]);
  const waiting = useMemo(
    () =>
      outbox.flatMap((entry) => {
        const { command } = entry;
        return command.type === 'plan.carry_out' && isUnanswered(entry) ? waitingOf(house, command) : [];
      }),
    [house, outbox],
  );
  const box = (one: Pick<Occupancy, 'startsAt' | 'endsAt' | 'resourceId'>) => {
    const row = byResource.get(one.resourceId);
    return row && { left: labels + xOf(axis, one.startsAt), width: Math.max((one.endsAt - one.startsAt) * axis.pxPerMs, BAR_LEAST_PX), top: row.top + 2, height: row.height - 4 };
  };
  const ids = new Set(all.map(({ id }) => id));
  const verdict: DropVerdict = drop?.verdict ?? 'free';
  const Mark = MARKS[verdict];
  // What is moved bears the verdict on all of it; of what follows only what has part in the trouble.
  const clashes = drop ? [...drop.impact.appear, ...drop.impact.stay] : [];
  const troubled = new Set([...clashes.flatMap(({ members }) => members), ...(drop?.impact.breaches ?? []).map((breach) => breach.occupancyId)]);
  const reasons = drop ? reasonsOf(house, drop, all) : [];
  const others = (clashes: readonly { readonly members: readonly string[] }[]) => [...new Set(clashes.flatMap(({ members }) => members))].filter((id) => !ids.has(id));
  return (
    <div className="tl-ghosts" aria-hidden>
      {waiting.map((one) => {
        const at = box(one);
        return at ? (
          <div key={`waiting ${one.id}`} className="tl-ghost" data-verdict="waiting" data-follows={one.follows || undefined} style={at}>
            <span className="tl-ghost-text">{t('calendar.beingRecorded')}</span>
          </div>
        ) : null;
      })}
      {all.map((one, index) => {
        const at = box(one);
        const follows = index >= moves.length;
        const own: DropVerdict = follows && !troubled.has(one.id) ? 'free' : verdict;
        const OwnMark = MARKS[own];
        return at ? (
          <div key={one.id} className="tl-ghost" data-verdict={own} data-follows={follows || undefined} style={at}>
            <span className="tl-ghost-text">
              <OwnMark size={12} /> <bdi>{one.label}</bdi>
            </span>
            {index === 0 && lift && lift.by !== 'touch' ? (
              <span className="tl-tag" data-verdict={verdict}>
                <span className="tl-tag-head num">
                  <Mark size={12} /> {t(`calendar.verdict.${verdict}`)} · {whenText(one, house.zone)}
                </span>
                {reasons.slice(0, REASONS_SHOWN).map((reason) => (
                  <span key={reason}>{reason}</span>
                ))}
                {reasons.length > REASONS_SHOWN ? <span>{t('calendar.more', { count: reasons.length - REASONS_SHOWN })}</span> : null}
              </span>
            ) : null}
          </div>
        ) : null;
      })}
      {moves.flatMap((one) => kinIn(kin, one.resourceId).flatMap(({ resourceId }) => {
        const at = box({ ...one, resourceId });
        return at ? [<div key={`${one.id} on ${resourceId}`} className="tl-ghost-through" data-verdict={verdict} style={at} />] : [];
      }))}
      {drop ? others(drop.impact.appear).map((id) => <Touched key={`a ${id}`} id={id} what="appears" house={house} rows={byResource} axis={axis} labels={labels} />) : null}
      {drop ? others(drop.impact.vanish).map((id) => <Touched key={`v ${id}`} id={id} what="vanishes" house={house} rows={byResource} axis={axis} labels={labels} />) : null}
    </div>
  );
}

/** One that stays where it is and would begin, or cease, to clash. */
function Touched({ id, what, house, rows, axis, labels }: { readonly id: string; readonly what: 'appears' | 'vanishes'; readonly house: House; readonly rows: ReadonlyMap<string, LaidRow>; readonly axis: Axis; readonly labels: number }) {
  const one = house.timetable.get(id);
  const row = one && rows.get(one.resourceId);
  const lane = row?.bars.find((bar) => bar.one.id === id)?.lane;
  if (!one || !row || lane === undefined) return null;
  const Mark = what === 'appears' ? IconHexagonFilled : IconCheck;
  return (
    <div className="tl-touched" data-what={what} style={{ left: labels + xOf(axis, one.startsAt), width: Math.max((one.endsAt - one.startsAt) * axis.pxPerMs, BAR_LEAST_PX), top: row.top + BAR_TOP + lane * LANE, height: LANE - 4 }}>
      <span>
        <Mark size={12} /> {t(`calendar.${what}`)}
      </span>
    </div>
  );
}
