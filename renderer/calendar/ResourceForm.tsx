import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { RESOURCE_KINDS, type Resource } from '../../core/contract/record/taking.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { minorOf, plainText } from '../../core/domain/money/money.ts';
import { useSees } from '../app/access.ts';
import { useTables } from '../app/selectors.ts';
import { t } from '../i18n/index.ts';
import { History } from '../inspector/History.tsx';
import { newId } from '../state/ids.ts';
import { useConsole } from '../state/store.ts';
import { saveResource } from '../state/taking.ts';
import { CountField, missingText, MoneyField } from './fields.tsx';
import { FormActs, FormDialog } from './FormDialog.tsx';

const MINUTES_A_DAY = 1_440;
const MOST_DAYS = 730;
const MOST_MINOR = 1_000_000_000;

/** Empty = nobody has said. */
function feeOf(text: string, currency: string): number | null | 'wrong' {
  if (text.trim() === '') return null;
  const minor = minorOf(text, currency);
  return minor === null || minor > MOST_MINOR ? 'wrong' : minor;
}

/** A room, a vendor, somebody of the crew, a stock: what it is made of, how much of it there is, the time around whatever takes it. */
export function ResourceForm({ id, onClose }: { readonly id: string | null; readonly onClose: () => void }) {
  const backend = useBackend();
  const { resources } = useTables();
  // As it stood when the form was opened: what somebody else has changed meanwhile is told, not overwritten.
  const [was] = useState<Resource | null>(() => (id === null ? null : (resources[id] ?? null)));
  const standing = id === null ? undefined : resources[id];
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const [kind, setKind] = useState<Resource['kind']>(was?.kind ?? 'room');
  const [name, setName] = useState(was?.name ?? '');
  const [places, setPlaces] = useState<number | null>(was?.places ?? 1);
  const [partIds, setPartIds] = useState<string[]>([...(was?.partIds ?? [])]);
  const [setUp, setSetUp] = useState<number | null>(was?.setUpMinutes ?? 0);
  const [turnaround, setTurnaround] = useState<number | null>(was?.turnaroundMinutes ?? 0);
  const [retired, setRetired] = useState(was?.state === 'retired');
  const [tried, setTried] = useState(false);
  const currency = useConsole((state) => state.record?.organisation.currency ?? 'GBP');
  const seesMoney = useSees('payments');
  const typed = (minor: number | null | undefined): string => (minor === null || minor === undefined ? '' : plainText(minor, currency));
  const [moveFee, setMoveFee] = useState(() => typed(was?.moveFeeMinor));
  const [feeDays, setFeeDays] = useState<number | null>(was?.moveFeeDays ?? null);
  const [extraHour, setExtraHour] = useState(() => typed(was?.extraHourMinor));
  const [moveFeeMinor, extraHourMinor] = [feeOf(moveFee, currency), feeOf(extraHour, currency)];
  const wrongText = (fee: ReturnType<typeof feeOf>): string | undefined => (tried && fee === 'wrong' ? t('calendar.form.notMoney', { currency }) : undefined);
  const isMissing = name.trim() === '' || places === null || setUp === null || turnaround === null;
  const parts = Object.values(resources).filter((other) => other.kind === kind && other.id !== id && other.state === 'active');

  return (
    <FormDialog title={was ? t('calendar.form.editResource') : t('calendar.form.newResource')} onClose={onClose}>
      <form
        className="cal-form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (isMissing || moveFeeMinor === 'wrong' || extraHourMinor === 'wrong') return;
          const resourceId = id ?? newId();
          const fees = seesMoney ? { moveFeeMinor, moveFeeDays: moveFeeMinor === null ? null : feeDays, extraHourMinor } : {};
          void saveResource(backend, {
            resourceId, basedOnVersion: was?.version ?? null, kind, name: name.trim(), places, partIds: partIds.filter((part) => parts.some((other) => other.id === part)),
            setUpMinutes: setUp, turnaroundMinutes: turnaround, ...fees, state: retired ? 'retired' : 'active',
          }).then((done) => {
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
        {seesMoney ? (
          <fieldset className="cal-fees">
            <legend>{t('calendar.form.fees', { currency })}</legend>
            <p className="dim">{t('calendar.form.feesHelp')}</p>
            <div className="cal-form-pair">
              <MoneyField label={t('calendar.form.moveFee')} text={moveFee} error={wrongText(moveFeeMinor)} onChange={setMoveFee} />
              <CountField label={t('calendar.form.moveFeeDays')} description={t('calendar.form.moveFeeDaysHelp')} value={feeDays} max={MOST_DAYS} onChange={setFeeDays} />
            </div>
            <MoneyField label={t('calendar.form.extraHour')} text={extraHour} error={wrongText(extraHourMinor)} onChange={setExtraHour} />
          </fieldset>
        ) : null}
        {was ? <Checkbox label={t('calendar.form.retired')} checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} /> : null}
        <FormActs onClose={onClose} />
      </form>
      {standing ? <History collection="resources" row={standing} zone={zone} /> : null}
    </FormDialog>
  );
}
