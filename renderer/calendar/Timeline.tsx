import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type FocusEvent, type MouseEvent } from 'react';
import type { CalendarScale } from '../../core/contract/calendarPlace.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { useNow } from '../components/useNow.ts';
import { Empty } from '../components/Section.tsx';
import { t } from '../i18n/index.ts';
import { cancelLift, swap } from './acts.ts';
import { daysWithin, pxPerMs as scaleOf, spanOf, timeAt, unitStart, unitStep, xOf, type Axis } from './axis.ts';
import { AxisHead, AxisLines, HEAD_HEIGHT } from './AxisHead.tsx';
import { BAR_LEAST_PX } from './Bar.tsx';
import type { Ground } from './carrying.ts';
import { Ghosts } from './Ghosts.tsx';
import { HeldNote } from './HeldNote.tsx';
import { getHolding, useHolding } from './holding.ts';
import { layRows, realOf, rowsWithin, shows } from './lanes.ts';
import { Row } from './Row.tsx';
import { drawnOn, kinOf } from './shadows.ts';
import { useBarKeys } from './useBarKeys.ts';
import { TouchHandles } from './TouchHandles.tsx';
import { useDragging } from './useDragging.ts';
import { useRole, type Clashing } from './useHouse.ts';
import { useViewport } from './useViewport.ts';

const [WIDE_LABELS, NARROW_LABELS] = [168, 104];

interface TimelineProps {
  readonly house: House;
  readonly resourceIds: readonly string[];
  readonly clashing: ReadonlyMap<string, Clashing>;
  readonly scale: CalendarScale;
  /** The beginning of what is to be shown. */
  readonly start: number;
  readonly zoom: number;
  /** An occupancy; null = none. */
  readonly selected: string | null;
  /** What is brought into view; null = nothing in particular. */
  readonly led: string | null;
  readonly onSelect: (id: string) => void;
  readonly mayMove: boolean;
  readonly mayEdit: boolean;
}

/** What is drawn is measured and listened to from when there is something to draw: a record that is still coming, a search that finds nothing. */
export function Timeline(props: TimelineProps) {
  return props.resourceIds.length === 0 ? <Empty title={t('calendar.emptyTitle')} detail={t('calendar.empty')} /> : <Board {...props} />;
}

/** Resources down, time across, both drawn only where they are seen. */
function Board({ house, resourceIds, clashing, scale, start, zoom, selected, led, onSelect, mayMove, mayEdit }: TimelineProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useViewport(scroller);
  const now = useNow(60_000);
  const role = useRole();
  const { zone } = house;
  const liftedBy = useHolding((state) => state.lift?.by ?? null);
  const isLifting = liftedBy !== null;
  const liftedId = useHolding((state) => state.lift?.from.id ?? null);
  const swapping = useHolding((state) => state.swapping);
  const [stop, setStop] = useState<string | null>(null);

  const labels = view.width < 640 ? NARROW_LABELS : WIDE_LABELS;
  const today = unitStart(now, 'day', zone);
  const span = useMemo(() => spanOf(house.timetable, today, zone), [house.timetable, today, zone]);
  const scaled = scaleOf(view.width - labels, scale, zoom);
  // As much behind what is looked at as fills the view, so that it can begin there: a day, week or month of other length too.
  const least = useMemo(() => unitStep(unitStep(start, scale, zone, 1), scale, zone, 1), [start, scale, zone]);
  const axis = useMemo<Axis>(() => ({ from: Math.min(span.from, start), to: Math.max(span.to, least), pxPerMs: scaled }), [span, start, least, scaled]);
  const kin = useMemo(() => kinOf(house), [house]);
  const fresh = useMemo(() => layRows(drawnOn(house, kin, resourceIds), BAR_LEAST_PX / scaled), [house, kin, resourceIds, scaled]);
  // Nothing moves under the hand: rows stay as they stood until it opens.
  const [frozen, setFrozen] = useState<typeof fresh | null>(null);
  if (isLifting && frozen === null) setFrozen(fresh);
  if (!isLifting && frozen !== null) setFrozen(null);
  const layout = isLifting ? (frozen ?? fresh) : fresh;

  // Where the left edge is kept over a new zoom or size; the middle stays where it is zoomed.
  const edge = useRef({ at: start, zoom, start, scale, width: view.width });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || view.width === 0) return;
    const was = edge.current;
    if (was.start !== start || was.scale !== scale) was.at = start;
    else if (was.zoom !== zoom) {
      const width = element.clientWidth - labels;
      was.at += width / 2 / (scaled * (was.zoom / zoom)) - width / 2 / scaled;
    }
    Object.assign(was, { zoom, start, scale, width: view.width });
    element.scrollLeft = xOf(axis, was.at);
  }, [axis, labels, scale, scaled, start, view.width, zoom]);
  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element && view.width > 0) edge.current.at = timeAt(axis, element.scrollLeft);
  }, [axis, view.width]);

  const half = { width: Math.max(view.width, 1) / 2, height: Math.max(view.height, 1) / 2 };
  const [fromX, toX] = [(view.column - 1) * half.width, (view.column + 4) * half.width];
  const [from, to] = [timeAt(axis, Math.max(fromX - labels, 0)), Math.min(timeAt(axis, toX), axis.to)];
  const days = useMemo(() => (view.width === 0 ? [] : daysWithin(from, to, zone)), [from, to, zone, view.width]);
  const shown = rowsWithin(layout.rows, (view.band - 1) * half.height - HEAD_HEIGHT, (view.band + 4) * half.height);

  const rowOf = useCallback((id: string) => layout.rows.find(({ bars }) => bars.some(({ one }) => one.id === id)), [layout.rows]);
  const selectedRow = selected === null ? undefined : rowOf(selected);
  const selectedBar = selectedRow?.bars.find(({ one }) => one.id === selected)?.one;
  const firstSeen = shown.flatMap(({ bars }) => bars).find(({ one }) => one.endsAt > edge.current.at)?.one.id ?? layout.rows.find(({ bars }) => bars.length > 0)?.bars[0]?.one.id ?? null;
  // What is held stays drawn wherever the view goes: a touch ends with the element that it began on.
  const stopAt = liftedId !== null && rowOf(liftedId) ? liftedId : stop !== null && rowOf(stop) ? stop : (selectedRow ? selected : firstSeen);
  const stopRow = stopAt === null ? undefined : rowOf(stopAt);
  const drawn = stopRow && !shown.includes(stopRow) ? [...shown, stopRow] : shown;

  /** Brings a bar into view without taking the row names over it. */
  const reveal = useCallback(
    (id: string) => {
      const [element, row] = [scroller.current, rowOf(id)];
      const one = row?.bars.find((bar) => bar.one.id === id)?.one;
      if (!element || !one || !row) return;
      const [x, width] = [xOf(axis, one.startsAt), element.clientWidth - labels];
      const length = Math.min((one.endsAt - one.startsAt) * axis.pxPerMs, width * 0.8);
      if (x < element.scrollLeft || x + length > element.scrollLeft + width) element.scrollLeft = Math.max(0, x - width * 0.1);
      const height = element.clientHeight - HEAD_HEIGHT;
      if (row.top < element.scrollTop || row.top + row.height > element.scrollTop + height) element.scrollTop = Math.max(0, row.top - height / 3);
    },
    [axis, labels, rowOf],
  );
  const wanted = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const bar = scroller.current?.querySelector<HTMLElement>(`[data-bar="${CSS.escape(wanted.current)}"]`);
    if (!bar) return;
    wanted.current = null;
    bar.focus({ preventScroll: true });
  });
  const walkTo = useCallback(
    (id: string) => {
      wanted.current = id;
      setStop(id);
      reveal(id);
    },
    [reveal],
  );
  const shownFor = useRef<string | null>(null);
  useEffect(() => {
    if (view.width === 0 || led === shownFor.current) return;
    shownFor.current = led;
    if (led !== null) reveal(led);
  }, [led, reveal, view.width]);

  const ground = useMemo<Ground>(() => ({ house, axis, rows: layout.rows, labels, scale, mayMove, scroller }), [house, axis, layout.rows, labels, scale, mayMove]);
  const onPointerDown = useDragging(ground);
  /** A shadow leads to what it is of, and the keyboard with it. */
  const open = useCallback(
    (id: string) => {
      const real = realOf(layout.rows, id);
      onSelect(real);
      if (real !== id) walkTo(real);
    },
    [layout.rows, onSelect, walkTo],
  );
  const onKeyDown = useBarKeys(ground, walkTo, open);
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    const id = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-bar]')?.dataset['bar'] : undefined;
    if (id === undefined) return;
    setStop(id);
    if (swapping !== null) swap(house, swapping, realOf(layout.rows, id), role, Date.now());
    else open(id);
  };
  const onFocus = (event: FocusEvent<HTMLElement>): void => {
    const id = event.target.closest<HTMLElement>('[data-bar]')?.dataset['bar'];
    if (id !== undefined) setStop(id);
  };
  // What the keyboard holds is put back when it goes elsewhere.
  const onBlur = (event: FocusEvent<HTMLElement>): void => {
    if (getHolding().lift?.by === 'keyboard' && !(event.relatedTarget instanceof Element && event.relatedTarget.closest('.tl-scroll'))) cancelLift();
  };

  return (
    <div ref={scroller} className="tl-scroll" role="region" aria-label={t('calendar.timeline')} tabIndex={0} data-swapping={swapping !== null || undefined} data-lifting={liftedBy ?? undefined} onScroll={onScroll} onPointerDown={onPointerDown} onKeyDown={onKeyDown} onClick={onClick} onFocus={onFocus} onBlur={onBlur}>
      <div className="tl-canvas" style={{ width: labels + (axis.to - axis.from) * axis.pxPerMs, height: HEAD_HEIGHT + layout.height }}>
        <HeldNote house={house} view={view} now={now} />
        <AxisHead axis={axis} days={days} zone={zone} labels={labels} today={now} start={start} />
        <div className="tl-rows" style={{ height: layout.height }}>
          <AxisLines axis={axis} days={days} zone={zone} labels={labels} height={layout.height} now={now} />
          {drawn.map((row) => (
            <Row
              key={row.resourceId} house={house} row={row} axis={axis} from={from} to={to} labels={labels} now={now} clashing={clashing}
              selected={shows(row, selected) ? selected : null} lifted={row.bars.some(({ one }) => one.id === liftedId) ? liftedId : null} stop={row === stopRow ? stopAt : null} mayMove={mayMove} mayEdit={mayEdit}
            />
          ))}
          {selectedRow && selectedBar && mayMove ? <TouchHandles one={selectedBar} row={selectedRow} axis={axis} labels={labels} /> : null}
          <Ghosts house={house} kin={kin} rows={layout.rows} axis={axis} labels={labels} now={now} />
        </div>
      </div>
      <p id="timeline-help" className="vh">
        {t(mayMove ? 'calendar.help' : 'calendar.helpReading')}
      </p>
    </div>
  );
}
