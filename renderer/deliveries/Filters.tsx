import { NativeSelect, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { DELIVERY_ORIGINS, DELIVERY_STATES, PRIORITIES, type DeliveryPage, type DeliveryState } from '../../core/contract/deliveries.ts';
import { ALL_DELIVERIES, DELIVERY_SPANS, formatDeliveries, type DeliveriesPlace } from '../../core/contract/deliveryPlace.ts';
import { dayBounds } from '../../core/domain/day/localTime.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { countText, isolated } from '../components/format.ts';
import { after } from '../components/timers.ts';
import { t } from '../i18n/index.ts';
import { DeliveryMark } from './DeliveryMark.tsx';
import { triesAsked, TryFilters } from './TryFilters.tsx';
import { fromWall, wallText } from './wall.ts';

const TYPED_MS = 450;

interface Props {
  readonly place: DeliveriesPlace;
  readonly zone: string;
  /** Of everything in the narrowing but its states. */
  readonly counted: Pick<DeliveryPage, 'counts' | 'countedAll'> | undefined;
  readonly onChange: (place: DeliveriesPlace) => void;
}

/** States as switches with how many there are; the sum stands for all of them. */
function States({ place, counted, onChange }: Omit<Props, 'zone'>) {
  const counts = counted?.counts;
  const all = counts === undefined ? null : Object.values(counts).reduce((sum, count) => sum + (count ?? 0), 0);
  const toggle = (state: DeliveryState): void => onChange({ ...place, states: DELIVERY_STATES.filter((name) => place.states.includes(name) !== (name === state)) });
  return (
    <div className="state-chips" role="group" aria-label={t('deliveries.states')}>
      <button type="button" className="state-chip" aria-pressed={place.states.length === 0} onClick={() => onChange({ ...place, states: [] })}>
        {t('deliveries.allStates')} {all === null ? null : <span className="num">{countText(all)}{counted?.countedAll === false ? '+' : ''}</span>}
      </button>
      {DELIVERY_STATES.map((state) => {
        const count = counts?.[state] ?? 0;
        return (
          <button key={state} type="button" className="state-chip" aria-pressed={place.states.includes(state)} data-none={(counts !== undefined && count === 0) || undefined} onClick={() => toggle(state)}>
            <DeliveryMark state={state} /> {counts === undefined ? null : <span className="num">{countText(count)}</span>}
          </button>
        );
      })}
    </div>
  );
}

/** What is typed goes into the address when the typing rests, or at once with Enter. */
function Text({ place, onChange }: Pick<Props, 'place' | 'onChange'>) {
  const [typed, setTyped] = useState(place.text ?? '');
  const [was, setWas] = useState(place.text);
  /** What this field itself has put into the address: when that comes back, what was typed since stays. */
  const [own, setOwn] = useState(place.text);
  if (was !== place.text) {
    setWas(place.text);
    setOwn(place.text);
    if (place.text !== own) setTyped(place.text ?? '');
  }
  const wanted = typed.trim().slice(0, 200);
  const text = wanted.length >= 2 ? wanted : null;
  const put = useCallback(() => {
    setOwn(text);
    onChange({ ...place, text });
  }, [text, place, onChange]);
  useEffect(() => (text === place.text ? undefined : after(TYPED_MS, put)), [text, place, put]);
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        put();
      }}
    >
      <TextInput type="search" className="delivery-text" value={typed} maxLength={200} autoComplete="off" spellCheck={false} aria-label={t('deliveries.text')} placeholder={t('deliveries.text')} onChange={(event) => setTyped(event.currentTarget.value)} />
    </form>
  );
}

type When = NonNullable<DeliveriesPlace['last']> | 'any' | 'between';

function Between({ place, zone, onChange }: Omit<Props, 'counted'>) {
  const set = (end: 'from' | 'to', text: string): void => {
    const at = fromWall(text, zone);
    if (at !== null || text === '') onChange({ ...place, last: null, [end]: at });
  };
  return (
    <div className="delivery-between">
      {(['from', 'to'] as const).map((end) => (
        <TextInput key={end} type="datetime-local" label={t(`deliveries.${end}`)} value={place[end] === null ? '' : wallText(place[end], zone)} onChange={(event) => set(end, event.currentTarget.value)} />
      ))}
    </div>
  );
}

export function Filters({ place, zone, counted, onChange }: Props) {
  const { connections, weddings } = useTables();
  const systems = useMemo(() => [...new Set([...Object.values(connections).map((row) => row.system), ...(place.system === null ? [] : [place.system])])].sort(), [connections, place.system]);
  const offered = useMemo(() => Object.values(connections).filter((row) => place.system === null || row.system === place.system || row.id === place.connectionId).sort((a, b) => a.name.localeCompare(b.name)), [connections, place.system, place.connectionId]);
  const about = useMemo(() => Object.values(weddings).sort((a, b) => a.startsAt.localeCompare(b.startsAt)), [weddings]);
  const asked = triesAsked(place);
  const [ofTries, setOfTries] = useState(asked);
  const [wasAsked, setWasAsked] = useState(asked);
  // An address that came meanwhile may narrow by them: what narrows is never out of sight by itself.
  if (wasAsked !== asked) {
    setWasAsked(asked);
    if (asked) setOfTries(true);
  }
  const when: When = place.last ?? (place.from === null && place.to === null ? 'any' : 'between');
  const choose = (chosen: string): void => {
    const last = DELIVERY_SPANS.find((span) => span === chosen) ?? null;
    onChange({ ...place, last, from: chosen === 'between' ? new Date(dayBounds(zone, Date.now()).from).toISOString() : null, to: null });
  };
  const every = (words: string) => ({ value: '', label: words });
  return (
    <section className="delivery-filters" aria-label={t('deliveries.filters')}>
      <States place={place} counted={counted} onChange={onChange} />
      <div className="delivery-selects">
        <Text place={place} onChange={onChange} />
        <NativeSelect
          aria-label={t('deliveries.system')}
          data-set={place.system !== null || undefined}
          value={place.system ?? ''}
          data={[every(t('deliveries.everySystem')), ...systems.map((value) => ({ value, label: systemName(value, connections) }))]}
          onChange={(event) => {
            const system = event.currentTarget.value || null;
            const fits = place.connectionId !== null && (system === null || connections[place.connectionId]?.system === system);
            onChange({ ...place, system, connectionId: fits ? place.connectionId : null });
          }}
        />
        <NativeSelect aria-label={t('deliveries.connection')} data-set={place.connectionId !== null || undefined} value={place.connectionId ?? ''} data={[every(t('deliveries.everyConnection')), ...offered.map((row) => ({ value: row.id, label: isolated(row.name) }))]} onChange={(event) => onChange({ ...place, connectionId: event.currentTarget.value || null })} />
        <NativeSelect aria-label={t('deliveries.wedding')} data-set={place.weddingId !== null || undefined} value={place.weddingId ?? ''} data={[every(t('deliveries.everyWedding')), ...about.map((row) => ({ value: row.id, label: isolated(row.title) }))]} onChange={(event) => onChange({ ...place, weddingId: event.currentTarget.value || null })} />
        <NativeSelect aria-label={t('deliveries.origin')} data-set={place.origin !== null || undefined} value={place.origin ?? ''} data={[every(t('deliveries.everyOrigin')), ...DELIVERY_ORIGINS.map((value) => ({ value, label: t(`deliveryOrigins.${value}`) }))]} onChange={(event) => onChange({ ...place, origin: DELIVERY_ORIGINS.find((one) => one === event.currentTarget.value) ?? null })} />
        <NativeSelect aria-label={t('deliveries.priority')} data-set={place.priority !== null || undefined} value={place.priority ?? ''} data={[every(t('deliveries.everyPriority')), ...PRIORITIES.map((value) => ({ value, label: t(`deliveryPriorities.${value}`) }))]} onChange={(event) => onChange({ ...place, priority: PRIORITIES.find((one) => one === event.currentTarget.value) ?? null })} />
        <NativeSelect aria-label={t('deliveries.when')} data-set={when !== 'any' || undefined} value={when} data={(['any', ...DELIVERY_SPANS, 'between'] as const).map((value) => ({ value, label: t(`deliveries.whens.${value}`) }))} onChange={(event) => choose(event.currentTarget.value)} />
        <button type="button" className="button" aria-expanded={ofTries} aria-pressed={asked} onClick={() => setOfTries(!ofTries)}>
          {t('delivery.attempts')}
        </button>
        {formatDeliveries(place) === formatDeliveries(ALL_DELIVERIES) ? null : (
          <button type="button" className="button" onClick={() => onChange(ALL_DELIVERIES)}>
            <IconX size={14} aria-hidden /> {t('deliveries.clear')}
          </button>
        )}
      </div>
      {when === 'between' ? <Between place={place} zone={zone} onChange={onChange} /> : null}
      {ofTries ? <TryFilters place={place} zone={zone} onChange={onChange} /> : null}
    </section>
  );
}
