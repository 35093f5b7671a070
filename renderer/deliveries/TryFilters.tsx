import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ANY_TRIES, type DeliveriesPlace } from '../../core/contract/deliveryPlace.ts';
import { t } from '../i18n/index.ts';
import { triedText } from './DeliveryMark.tsx';
import { fromWall, wallText } from './wall.ts';

interface Props {
  readonly place: DeliveriesPlace;
  readonly zone: string;
  readonly onChange: (place: DeliveriesPlace) => void;
}

export const triesAsked = (place: DeliveriesPlace): boolean => (Object.keys(ANY_TRIES) as (keyof typeof ANY_TRIES)[]).some((key) => place[key] !== null);

const RESULTS = ['any', 'failed', 'ok'] as const;

interface NumberProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  /** What may be asked for; null = nothing is. Undefined = what is typed is none. */
  readonly read: (typed: string) => string | null | undefined;
  readonly onSet: (value: string | null) => void;
}

/** Asks when what is typed is one, and stays as typed until then. */
function NumberField({ label, hint, value, read, onSet }: NumberProps) {
  const [typed, setTyped] = useState(value);
  const [was, setWas] = useState(value);
  if (was !== value) {
    setWas(value);
    setTyped(value);
  }
  return (
    <TextInput
      label={label}
      placeholder={hint}
      inputMode="numeric"
      maxLength={5}
      value={typed}
      onChange={(event) => {
        const text = event.currentTarget.value.replace(/\D/g, '');
        setTyped(text);
        const next = read(text);
        if (next !== undefined) onSet(next);
      }}
    />
  );
}

const orNone = (typed: string): string | null => (typed === '' ? null : typed);

/** Narrowing by what became of attempts: all of it has to be true of the same one. */
export function TryFilters({ place, zone, onChange }: Props) {
  const set = (fields: Partial<DeliveriesPlace>): void => onChange({ ...place, ...fields });
  return (
    <div className="delivery-between" role="group" aria-label={t('delivery.attempts')}>
      <NativeSelect
        label={t('deliveries.tryResult')}
        value={place.tryCode ?? 'any'}
        data={[...RESULTS.map((value) => ({ value, label: t(`deliveries.tryResults.${value}`) })), ...(place.tryCode === null || RESULTS.some((one) => one === place.tryCode) ? [] : [{ value: place.tryCode, label: triedText(place.tryCode) }])]}
        onChange={(event) => set({ tryCode: event.currentTarget.value === 'any' ? null : event.currentTarget.value })}
      />
      <NumberField label={t('deliveries.tryStatus')} hint={t('deliveries.tryStatusHint')} value={place.tryStatus ?? ''} read={(typed) => (typed === '' ? null : /^[1-5]\d\d$/.test(typed) ? typed : undefined)} onSet={(tryStatus) => set({ tryStatus })} />
      <NumberField
        label={t('deliveries.slowerThan')}
        value={place.slowerThan === null ? '' : String(Number(place.slowerThan) / 1_000)}
        read={(typed) => (typed === '' ? null : String(Number(typed) * 1_000))}
        onSet={(slowerThan) => set({ slowerThan })}
      />
      <NumberField label={t('deliveries.moreThan')} value={place.moreThan ?? ''} read={(typed) => (typed.length > 3 ? undefined : orNone(typed))} onSet={(moreThan) => set({ moreThan })} />
      {(['tryFrom', 'tryTo'] as const).map((end) => (
        <TextInput
          key={end}
          type="datetime-local"
          label={t(`deliveries.${end}`)}
          value={place[end] === null ? '' : wallText(place[end], zone)}
          onChange={(event) => {
            const at = fromWall(event.currentTarget.value, zone);
            if (at !== null || event.currentTarget.value === '') set({ [end]: at });
          }}
        />
      ))}
    </div>
  );
}
