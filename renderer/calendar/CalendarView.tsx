import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { CALENDAR_ZOOMS, type CalendarPlace } from '../../core/contract/calendarPlace.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { movedTo, versionOf } from '../../core/domain/conflicts/house.ts';
import { memberOf, occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { openConflicts } from '../../core/domain/conflicts/queue.ts';
import { RESOURCE_KINDS, TAKING } from '../../core/contract/record/taking.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { amend, go, useRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { useNow } from '../components/useNow.ts';
import { ConflictQueue } from '../conflicts/ConflictQueue.tsx';
import { t } from '../i18n/index.ts';
import { getConsole, useConsole } from '../state/store.ts';
import { latestWay, restoreWays } from '../state/taking.ts';
import { AllocationForm } from './AllocationForm.tsx';
import { dayNamed, unitStart } from './axis.ts';
import { BringBackDialog, CancelledList } from './Cancelled.tsx';
import { emptyHands, getHolding, isSettled, setHolding, useHolding } from './holding.ts';
import { ImpactCard } from './ImpactCard.tsx';
import { LimitForm, LimitList } from './LimitForm.tsx';
import { MoveForm } from './MoveForm.tsx';
import { ResourceForm } from './ResourceForm.tsx';
import { RulesForm } from './RulesForm.tsx';
import { TakingCard } from './TakingCard.tsx';
import { Timeline } from './Timeline.tsx';
import { Toolbar } from './Toolbar.tsx';
import { undoAndTell } from './undo.tsx';
import { UndoCard } from './UndoCard.tsx';
import { useUndoing } from './undoing.ts';
import { useFind } from './useFind.ts';
import { useClashing, useHouse } from './useHouse.ts';
import { useStill } from './useStill.ts';
import { WaysOut } from './WaysOut.tsx';

const HERE: CalendarPlace = { view: 'conflicts', conflictId: null };
const BESIDE = '(min-width: 1100px)';

/** Resources that are shown: rooms first, by name; what is retired only while something is still on it. */
function useShownResources(house: House, place: CalendarPlace, query: string, now: number): readonly string[] {
  const { conflicts } = useTables();
  const { kind, only } = place;
  return useMemo(() => {
    const concerned = new Set<string>();
    if (only === 'clashing') {
      for (const { resourceIds, members } of openConflicts(Object.values(conflicts), now)) {
        for (const id of resourceIds) concerned.add(id);
        for (const member of members) concerned.add(house.timetable.get(occupancyId(member))?.resourceId ?? '');
      }
    }
    const busy = new Set([...house.timetable].filter(({ endsAt }) => endsAt > now).map(({ resourceId }) => resourceId));
    const words = query.trim().toLowerCase();
    return Object.values(house.rows.resources)
      .filter((row) => (kind === undefined || row.kind === kind) && (only === undefined || concerned.has(row.id)) && (row.state === 'active' || busy.has(row.id)) && row.name.toLowerCase().includes(words))
      .sort((a, b) => RESOURCE_KINDS.indexOf(a.kind) - RESOURCE_KINDS.indexOf(b.kind) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
      .map(({ id }) => id);
  }, [conflicts, house, kind, now, only, query]);
}

/** A plan that somebody else was quicker than comes back to be decided anew, over what stands now. */
function useOvertaken(house: House): void {
  const outbox = useConsole((state) => state.outbox);
  useEffect(() => {
    const entry = outbox.findLast(({ state, command }) => state === 'rebase' && command.type === 'plan.carry_out');
    if (entry?.command.type !== 'plan.carry_out') return;
    const { command } = entry;
    if (getHolding().lift || getHolding().proposal?.overtaken === command.commandId || isSettled(command.commandId)) return;
    const moves = command.moves.flatMap((move) => {
      const one = house.timetable.get(occupancyId(move));
      return one ? [{ to: movedTo(house, one, { resourceId: move.resourceId, startsAt: Date.parse(move.startsAt), endsAt: Date.parse(move.endsAt) }), version: versionOf(house, one.id) }] : [];
    });
    const stays = command.moves.flatMap(({ follow }) => (follow?.how === 'along' ? follow.stay : []));
    if (moves.length > 0) setHolding({ proposal: { moves, stays, overtaken: command.commandId }, refusal: null, waysFor: null, preview: null });
  }, [outbox, house]);
}

/** The queue of what cannot both be, beside everything that takes time. */
export function CalendarView() {
  const backend = useBackend();
  const route = useRoute();
  const place = route.place.view === 'conflicts' ? route.place : HERE;
  const house = useHouse();
  const clashing = useClashing();
  const { conflicts } = useTables();
  const now = useNow(60_000);
  const mayMove = useMay('command:plan.carry_out');
  const mayEdit = useMay('command:resource.save');
  const { proposal, refusal, waysFor, said, dialog, swapping, lift, preview } = useHolding();
  const zoom = Number(place.zoom ?? 100) / 100;
  const [tab, setTab] = useState<'queue' | 'timeline'>('queue');
  const isBeside = useMediaQuery(BESIDE, true, { getInitialValueInEffect: false });
  useOvertaken(house);
  const undoing = useUndoing(house);
  // Where the two are tabs, what is put back stands under the timeline.
  const isUndone = undoing !== null;
  useEffect(() => {
    if (isUndone) setTab('timeline');
  }, [isUndone]);
  useEffect(() => emptyHands, []);

  const scale = place.scale ?? (place.conflictId === null ? 'week' : 'day');
  const { zone } = house;
  const named = place.on === undefined ? null : dayNamed(place.on, zone);
  const shownConflict = place.conflictId === null ? undefined : conflicts[place.conflictId];
  // On a narrow screen an address that leads to a conflict leads to the queue.
  useEffect(() => {
    if (place.conflictId !== null) setTab('queue');
  }, [place.conflictId]);
  const start = unitStart(named ?? (shownConflict ? Date.parse(shownConflict.startsAt) : now), scale, zone);
  const alter = useCallback((by: Partial<CalendarPlace>) => amend({ place: { ...place, ...by }, selected: null }), [place]);
  const [query, setQuery] = useFind(place.find, useCallback((find: string | undefined) => alter({ find }), [alter]));
  const zoomTo = (times: number): void => alter({ zoom: CALENDAR_ZOOMS.find((percent) => Number(percent) === times * 100) });
  const resourceIds = useShownResources(house, place, query, now);
  const selected = useMemo(() => (place.taking === undefined ? null : (TAKING.map((collection) => occupancyId({ collection, id: place.taking ?? '' })).find((id) => house.timetable.get(id) !== undefined) ?? null)), [place.taking, house.timetable]);
  const chosen = selected === null ? undefined : house.timetable.get(selected);
  const moving = dialog?.kind === 'move' ? house.timetable.get(dialog.id) : undefined;
  const asks = useStill([undoing, proposal, refusal, waysFor, swapping, chosen].some((one) => one !== null && one !== undefined), lift !== null);
  const clash = shownConflict?.members.map(occupancyId).find((id) => house.timetable.get(id) !== undefined);

  const change = useCallback((by: Partial<CalendarPlace>) => go({ place: { ...place, ...by }, selected: null }), [place]);
  const select = useCallback((id: string) => {
    setHolding({ refusal: null });
    const where = house.timetable.get(id)?.resourceId;
    const isShown = where === undefined || resourceIds.includes(where);
    // What a shadow leads to may be on a row that was narrowed away.
    if (!isShown) setQuery('');
    change({ taking: memberOf(id).id, ...(isShown ? {} : { kind: undefined, only: undefined, find: undefined }) });
  }, [change, house.timetable, resourceIds, setQuery]);
  const focusBar = useCallback((id: string | null) => {
    if (id !== null) document.querySelector<HTMLElement>(`[data-bar="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
  }, []);
  const lookForWays = useCallback((ids: readonly string[]) => {
    setHolding({ waysFor: ids, proposal: null, refusal: null });
    setTab('timeline');
  }, []);
  const deviceId = useConsole((state) => state.deviceId);
  const epoch = useConsole((state) => state.record?.epoch);
  useEffect(restoreWays, [deviceId, epoch]);
  useHotkeys([['mod+Z', () => {
    const { outbox, record } = getConsole();
    const undoable = record === null ? null : latestWay(outbox, record.tables);
    if (undoable !== null) void undoAndTell(backend, undoable);
  }]]);
  const showsQueue = isBeside || tab === 'queue';
  const showsTimeline = isBeside || tab === 'timeline';

  return (
    <div className="cal" data-beside={isBeside || undefined}>
      {isBeside ? null : (
        <div className="cal-tabs" role="tablist" aria-label={t('calendar.title')}>
          {(['queue', 'timeline'] as const).map((one) => (
            <button key={one} type="button" role="tab" id={`cal-tab-${one}`} aria-selected={tab === one} aria-controls={tab === one ? `cal-panel-${one}` : undefined} tabIndex={tab === one ? 0 : -1} className="cal-tab" onClick={() => setTab(one)} onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
              event.preventDefault();
              const other = one === 'queue' ? 'timeline' : 'queue';
              setTab(other);
              document.getElementById(`cal-tab-${other}`)?.focus();
            }}>
              {t(`calendar.tab.${one}`)}
            </button>
          ))}
        </div>
      )}
      {showsQueue ? (
        <div className="cal-queue" id="cal-panel-queue" {...(isBeside ? {} : { role: 'tabpanel', 'aria-labelledby': 'cal-tab-queue' })}>
          <ConflictQueue place={place} onWays={mayMove ? lookForWays : null} onShow={(id) => { change({ taking: memberOf(id).id, on: undefined }); setTab('timeline'); }} />
        </div>
      ) : null}
      {showsTimeline ? (
        <div className="cal-board" id="cal-panel-timeline" data-asks={asks || undefined} data-previews={preview !== null || undefined} {...(isBeside ? {} : { role: 'tabpanel', 'aria-labelledby': 'cal-tab-timeline' })}>
          {isBeside ? <h2 className="vh">{t('calendar.timeline')}</h2> : <h1 className="vh">{t('calendar.title')}</h1>}
          <Toolbar place={place} scale={scale} start={start} zone={zone} zoom={zoom} query={query} mayEdit={mayEdit} onPlace={change} onZoom={zoomTo} onQuery={setQuery} />
          <Timeline house={house} resourceIds={resourceIds} clashing={clashing} scale={scale} start={start} zoom={zoom} selected={selected} led={selected ?? clash ?? null} onSelect={select} mayMove={mayMove} mayEdit={mayEdit} />
          {refusal ? (
            <div className="cal-card cal-refusal" role="alert">
              <p>
                <strong>{t('calendar.refusedTitle')}</strong> {refusal.join('; ')}
              </p>
              <button type="button" className="button" onClick={() => setHolding({ refusal: null })}>
                {t('account.close')}
              </button>
            </div>
          ) : null}
          {swapping === null ? null : (
            <div className="cal-card cal-refusal">
              <p>{t('calendar.swapNow')}</p>
              <button type="button" className="button" onClick={() => setHolding({ swapping: null })}>
                {t('calendar.putBackAct')}
              </button>
            </div>
          )}
          {undoing ? <UndoCard house={house} undoing={undoing} onDone={focusBar} /> : proposal ? <ImpactCard house={house} proposal={proposal} onDone={focusBar} /> : waysFor ? <WaysOut key={waysFor.join()} house={house} conflictIds={waysFor} mayMove={mayMove} /> : chosen ? <TakingCard key={chosen.id} house={house} one={chosen} conflictId={clashing.get(chosen.id)?.conflictId ?? null} mayMove={mayMove} onClose={() => { change({ taking: undefined }); focusBar(selected); }} onFocusBar={() => focusBar(selected)} /> : null}
        </div>
      ) : null}
      <div className="vh" role="status" aria-live="assertive" data-said>
        {said}
      </div>
      {dialog?.kind === 'resource' ? <ResourceForm key={dialog.id} id={dialog.id} onClose={() => setHolding({ dialog: null })} /> : null}
      {dialog?.kind === 'move' && moving ? <MoveForm key={dialog.id} house={house} one={moving} /> : null}
      {dialog?.kind === 'allocation' ? <AllocationForm key={dialog.id} house={house} id={dialog.id} resourceId={dialog.resourceId} startsAt={dialog.startsAt} onClose={() => setHolding({ dialog: null })} /> : null}
      {dialog?.kind === 'cancelled' ? <CancelledList house={house} onClose={() => setHolding({ dialog: null })} /> : null}
      {dialog?.kind === 'bringBack' ? <BringBackDialog key={dialog.id} house={house} collection={dialog.collection} id={dialog.id} onClose={() => setHolding({ dialog: null })} /> : null}
      {dialog?.kind === 'rules' ? <RulesForm house={house} onClose={() => setHolding({ dialog: null })} /> : null}
      {dialog?.kind === 'limits' ? <LimitList onClose={() => setHolding({ dialog: null })} /> : null}
      {dialog?.kind === 'limit' ? <LimitForm key={dialog.id} id={dialog.id} onClose={() => setHolding({ dialog: { kind: 'limits' } })} /> : null}
    </div>
  );
}
