import { Select, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Allocation } from '../../core/contract/record/taking.ts';
import { judgeDrop } from '../../core/domain/conflicts/drop.ts';
import { occupancyOf } from '../../core/domain/conflicts/occupancies.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { Choice } from '../components/Choice.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { newId } from '../state/ids.ts';
import { saveAllocation } from '../state/taking.ts';
import { asksCalendars, UnaskedItems, useAsked } from './asking.tsx';
import { CountField, listed, missingText, WallField, wallText, wallTime } from './fields.tsx';
import { FormActs, FormDialog } from './FormDialog.tsx';
import { useRole } from './useHouse.ts';
import { reasonsOf } from './words.ts';

const STATUSES = ['hold', 'definite', 'lead', 'closed'] as const;
type Status = (typeof STATUSES)[number];
const HOUR_MS = 3_600_000;
const NONE = 'none';

interface FormProps {
  readonly house: House;
  readonly id: string | null;
  /** Of a new one. */
  readonly resourceId: string | null;
  readonly startsAt: number;
  readonly onClose: () => void;
}

/** A hold, a closure, crew or equipment that is taken by hand; what stands against it is said while it is written. */
export function AllocationForm({ house, id, resourceId, startsAt, onClose }: FormProps) {
  const backend = useBackend();
  const tables = useTables();
  const { weddings, resources } = tables;
  const role = useRole();
  const now = useNow(60_000);
  const { zone } = house;
  const [was] = useState<Allocation | null>(() => (id === null ? null : (house.rows.allocations[id] ?? null)));
  const [allocationId] = useState(() => id ?? newId());
  const active = Object.values(resources).filter(({ state }) => state === 'active').sort((a, b) => a.name.localeCompare(b.name));
  const [title, setTitle] = useState(was?.title ?? '');
  const [resource, setResource] = useState(was?.resourceId ?? resourceId ?? active[0]?.id ?? '');
  const [from, setFrom] = useState(wallText(was ? Date.parse(was.startsAt) : startsAt, zone));
  const [to, setTo] = useState(wallText(was ? Date.parse(was.endsAt) : startsAt + 4 * HOUR_MS, zone));
  const [status, setStatus] = useState<Status>(STATUSES.find((one) => one === was?.status) ?? 'hold');
  const [rank, setRank] = useState<number | null>(was?.rank ?? null);
  const [until, setUntil] = useState(was?.holdUntil ? wallText(Date.parse(was.holdUntil), zone) : '');
  const [locked, setLocked] = useState(was?.lockedBecause ?? '');
  const [tags, setTags] = useState((was?.tags ?? []).join(', '));
  const [units, setUnits] = useState<number | null>(was?.units ?? 1);
  const [setUp, setSetUp] = useState<number | null>(was?.setUpMinutes ?? null);
  const [turnaround, setTurnaround] = useState<number | null>(was?.turnaroundMinutes ?? null);
  const [weddingId, setWeddingId] = useState(was?.weddingId ?? NONE);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { waits, unasked, wait } = useAsked(onClose);

  const [begin, end] = [wallTime(from, zone), wallTime(to, zone)];
  const backwards = begin !== null && end !== null && end <= begin;
  const fields = useMemo(
    () =>
      begin === null || end === null || backwards || title.trim() === '' || resource === '' || units === null
        ? null
        : {
            weddingId: weddingId === NONE ? null : weddingId, bookingId: was?.bookingId ?? null, resourceId: resource, title: title.trim(), startsAt: new Date(begin).toISOString(), endsAt: new Date(end).toISOString(), status,
            rank: status === 'hold' ? rank : null, holdUntil: status === 'hold' && wallTime(until, zone) !== null ? new Date(wallTime(until, zone) ?? 0).toISOString() : null,
            lockedBecause: locked.trim() === '' ? null : locked.trim(), tags: listed(tags), units, setUpMinutes: setUp, turnaroundMinutes: turnaround,
          },
    [begin, end, backwards, title, resource, units, weddingId, was, status, rank, until, zone, locked, tags, setUp, turnaround],
  );
  const judged = useMemo(() => {
    const one = fields && occupancyOf({ collection: 'allocations', row: { id: allocationId, version: 1, source: null, ...fields } }, (of) => house.rows.resources[of] ?? null, house.placeOf);
    return one ? { drop: judgeDrop(house, [one], role, now), one } : null;
  }, [fields, allocationId, house, role, now]);
  const asks = judged?.drop.verdict === 'reason' || unasked.length > 0;
  const reasons = judged ? reasonsOf(house, judged.drop, [judged.one]) : [];
  const places = resources[resource]?.places ?? 1;

  return (
    <FormDialog title={t(was ? 'calendar.form.editAllocation' : 'calendar.form.newAllocation')} onClose={onClose}>
      <form
        className="cal-form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!fields || judged?.drop.verdict === 'refused' || (asks && reason.trim() === '')) return;
          const commandId = newId();
          const stays = status === 'definite' && asksCalendars(tables, [resource]);
          void saveAllocation(backend, { allocationId, basedOnVersion: was?.version ?? null, ...fields, reason: asks ? reason : null }, commandId).then((done) => {
            tellDecided(done, allocationId);
            if (done.kind === 'kept' && stays) wait(commandId);
            else if (done.kind !== 'not_kept') onClose();
          });
        }}
      >
        <TextInput label={t('calendar.form.title')} value={title} maxLength={200} autoComplete="off" data-autofocus error={missingText(tried, title.trim() === '')} onChange={(event) => setTitle(event.currentTarget.value)} />
        <Choice label={t('calendar.form.resource')} choices={active.map(({ id: value, name }) => ({ value, label: name }))} value={resource} onChange={setResource} />
        <div className="cal-form-pair">
          <WallField label={t('calendar.form.from')} value={from} error={missingText(tried, begin === null)} onChange={setFrom} />
          <WallField label={t('calendar.form.to')} value={to} error={backwards ? t('calendar.form.backwards') : missingText(tried, end === null)} onChange={setTo} />
        </div>
        <Select label={t('calendar.form.status')} data={STATUSES.map((value) => ({ value, label: t(`calendar.status.${value}`) }))} value={status} allowDeselect={false} onChange={(value) => setStatus(STATUSES.find((one) => one === value) ?? status)} />
        {status === 'hold' ? (
          <div className="cal-form-pair">
            <CountField label={t('calendar.form.rank')} description={t('calendar.form.rankHelp')} value={rank} min={1} max={9} onChange={setRank} />
            <WallField label={t('calendar.form.until')} description={t('calendar.form.untilHelp')} value={until} onChange={setUntil} />
          </div>
        ) : null}
        <Choice label={t('calendar.form.wedding')} choices={[{ value: NONE, label: t('calendar.form.noWedding') }, ...Object.values(weddings).filter((row) => row.status !== 'cancelled').map((row) => ({ value: row.id, label: row.title }))]} value={weddingId} onChange={setWeddingId} />
        {places > 1 ? <CountField label={t('calendar.form.units', { count: places })} value={units} min={1} max={1_000_000} error={missingText(tried, units === null)} onChange={setUnits} /> : null}
        <div className="cal-form-pair">
          <CountField label={t('calendar.form.setUp')} description={t('calendar.form.asResource')} value={setUp} max={1_440} onChange={setSetUp} />
          <CountField label={t('calendar.form.turnaround')} description={t('calendar.form.asResource')} value={turnaround} max={1_440} onChange={setTurnaround} />
        </div>
        <TextInput label={t('calendar.form.tags')} description={t('calendar.form.tagsHelp')} value={tags} autoComplete="off" onChange={(event) => setTags(event.currentTarget.value)} />
        <TextInput label={t('calendar.form.locked')} description={t('calendar.form.lockedHelp')} value={locked} maxLength={200} autoComplete="off" onChange={(event) => setLocked(event.currentTarget.value)} />
        {reasons.length + unasked.length > 0 ? (
          <ul className="cal-effects" aria-live="polite">
            {reasons.map((text) => (
              <li key={text} data-effect="appears">
                {text}
              </li>
            ))}
            <UnaskedItems unasked={unasked} zone={zone} now={now} />
          </ul>
        ) : null}
        {asks ? <TextInput label={t('calendar.reason')} description={t('calendar.reasonHelp')} value={reason} maxLength={200} autoComplete="off" error={missingText(tried, reason.trim() === '')} onChange={(event) => setReason(event.currentTarget.value)} /> : null}
        <FormActs onClose={onClose} refused={judged?.drop.verdict === 'refused'} waits={waits} saveAs={t(waits ? 'calendar.asking' : unasked.length > 0 ? 'calendar.confirmWithReason' : 'calendar.form.save')} />
      </form>
    </FormDialog>
  );
}
