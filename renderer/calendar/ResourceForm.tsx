import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { RESOURCE_KINDS, type Resource } from '../../core/contract/record/taking.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { t } from '../i18n/index.ts';
import { newId } from '../state/ids.ts';
import { saveResource } from '../state/taking.ts';
import { CountField, missingText } from './fields.tsx';
import { FormActs, FormDialog } from './FormDialog.tsx';

const MINUTES_A_DAY = 1_440;

/** A room, a vendor, somebody of the crew, a stock: what it is made of, how much of it there is, the time around whatever takes it. */
export function ResourceForm({ id, onClose }: { readonly id: string | null; readonly onClose: () => void }) {
  const backend = useBackend();
  const { resources } = useTables();
  // As it stood when the form was opened: what somebody else has changed meanwhile is told, not overwritten.
  const [was] = useState<Resource | null>(() => (id === null ? null : (resources[id] ?? null)));
  const [kind, setKind] = useState<Resource['kind']>(was?.kind ?? 'room');
  const [name, setName] = useState(was?.name ?? '');
  const [places, setPlaces] = useState<number | null>(was?.places ?? 1);
  const [partIds, setPartIds] = useState<string[]>([...(was?.partIds ?? [])]);
  const [setUp, setSetUp] = useState<number | null>(was?.setUpMinutes ?? 0);
  const [turnaround, setTurnaround] = useState<number | null>(was?.turnaroundMinutes ?? 0);
  const [retired, setRetired] = useState(was?.state === 'retired');
  const [tried, setTried] = useState(false);
  const isMissing = name.trim() === '' || places === null || setUp === null || turnaround === null;
  const parts = Object.values(resources).filter((other) => other.kind === kind && other.id !== id && other.state === 'active');

  return (
    <FormDialog title={was ? t('calendar.form.editResource') : t('calendar.form.newResource')} onClose={onClose}>
      <form
        className="cal-form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (isMissing) return;
          const resourceId = id ?? newId();
          void saveResource(backend, { resourceId, basedOnVersion: was?.version ?? null, kind, name: name.trim(), places, partIds: partIds.filter((part) => parts.some((other) => other.id === part)), setUpMinutes: setUp, turnaroundMinutes: turnaround, state: retired ? 'retired' : 'active' }).then((done) => {
            tellDecided(done, resourceId);
            if (done.kind !== 'not_kept') onClose();
          });
        }}
      >
        <TextInput label={t('calendar.form.name')} value={name} maxLength={200} autoComplete="off" data-autofocus error={missingText(tried, name.trim() === '')} onChange={(event) => setName(event.currentTarget.value)} />
        <Select label={t('calendar.form.kind')} data={RESOURCE_KINDS.map((value) => ({ value, label: t(`calendar.kind.${value}`) }))} value={kind} allowDeselect={false} onChange={(value) => setKind(RESOURCE_KINDS.find((one) => one === value) ?? kind)} />
        <CountField label={t('calendar.form.places')} description={t('calendar.form.placesHelp')} value={places} min={1} max={1_000_000} error={missingText(tried, places === null)} onChange={setPlaces} />
        <MultiSelect label={t('calendar.form.parts')} description={t('calendar.form.partsHelp')} data={parts.map((part) => ({ value: part.id, label: part.name }))} value={partIds} onChange={setPartIds} searchable nothingFoundMessage={t('found.nothing')} />
        <div className="cal-form-pair">
          <CountField label={t('calendar.form.setUp')} value={setUp} max={MINUTES_A_DAY} error={missingText(tried, setUp === null)} onChange={setSetUp} />
          <CountField label={t('calendar.form.turnaround')} value={turnaround} max={MINUTES_A_DAY} error={missingText(tried, turnaround === null)} onChange={setTurnaround} />
        </div>
        {was ? <Checkbox label={t('calendar.form.retired')} checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} /> : null}
        <FormActs onClose={onClose} />
      </form>
    </FormDialog>
  );
}
