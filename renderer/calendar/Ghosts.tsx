import { IconCheck, IconHexagonFilled, IconLock, IconTriangleFilled } from '@tabler/icons-react';
import { useMemo } from 'react';
import { judgeDrop, type DropVerdict } from '../../core/domain/conflicts/drop.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { isUnanswered } from '../../core/link/outbox.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { wouldMove } from './acts.ts';
import { xOf, type Axis } from './axis.ts';
import { BAR_LEAST_PX, BAR_TOP } from './Bar.tsx';
import { useHolding } from './holding.ts';
import { LANE, type LaidRow } from './lanes.ts';
import { useRole } from './useHouse.ts';
import { reasonsOf, whenText } from './words.ts';

const MARKS = { free: IconCheck, warned: IconTriangleFilled, reason: IconHexagonFilled, refused: IconLock } as const;
const REASONS_SHOWN = 2;

interface GhostsProps {
  readonly house: House;
  readonly rows: readonly LaidRow[];
  readonly axis: Axis;
  readonly labels: number;
  readonly now: number;
}

/** Where things would be, how they would stand there, and what would begin or cease to clash with them. */
export function Ghosts({ house, rows, axis, labels, now }: GhostsProps) {
  const lift = useHolding((state) => state.lift);
  const proposal = useHolding((state) => state.proposal);
  const preview = useHolding((state) => state.preview);
  const outbox = useConsole((state) => state.outbox);
  const role = useRole();
  const moves = useMemo(() => (lift ? wouldMove(house, lift).map(({ to }) => to) : (preview ?? proposal?.moves.map(({ to }) => to) ?? [])), [house, lift, preview, proposal]);
  const drop = useMemo(() => (moves.length > 0 ? judgeDrop(house, moves, role, now) : null), [house, moves, role, now]);
  const byResource = useMemo(() => new Map(rows.map((row) => [row.resourceId, row])), [rows]);
  const waiting = useMemo(
    () =>
      outbox.flatMap((entry) => {
        const { command } = entry;
        return command.type === 'plan.carry_out' && isUnanswered(entry) ? command.moves.map((move) => ({ id: occupancyId(move), resourceId: move.resourceId, startsAt: Date.parse(move.startsAt), endsAt: Date.parse(move.endsAt) })) : [];
      }),
    [outbox],
  );
  const box = (one: Pick<Occupancy, 'startsAt' | 'endsAt' | 'resourceId'>) => {
    const row = byResource.get(one.resourceId);
    return row && { left: labels + xOf(axis, one.startsAt), width: Math.max((one.endsAt - one.startsAt) * axis.pxPerMs, BAR_LEAST_PX), top: row.top + 2, height: row.height - 4 };
  };
  const ids = new Set(moves.map(({ id }) => id));
  const verdict: DropVerdict = drop?.verdict ?? 'free';
  const Mark = MARKS[verdict];
  const reasons = drop ? reasonsOf(house, drop, moves) : [];
  const others = (clashes: readonly { readonly members: readonly string[] }[]) => [...new Set(clashes.flatMap(({ members }) => members))].filter((id) => !ids.has(id));
  return (
    <div className="tl-ghosts" aria-hidden>
      {waiting.map((one) => {
        const at = box(one);
        return at ? (
          <div key={`waiting ${one.id}`} className="tl-ghost" data-verdict="waiting" style={at}>
            <span className="tl-ghost-text">{t('calendar.beingRecorded')}</span>
          </div>
        ) : null;
      })}
      {moves.map((one, index) => {
        const at = box(one);
        return at ? (
          <div key={one.id} className="tl-ghost" data-verdict={verdict} style={at}>
            <span className="tl-ghost-text">
              <Mark size={12} /> <bdi>{one.label}</bdi>
            </span>
            {index === 0 && lift ? (
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
