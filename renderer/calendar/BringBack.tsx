import { TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Allocation } from '../../core/contract/record/taking.ts';
import { returningTo, standsAgain } from '../../core/domain/conflicts/broughtBack.ts';
import { judgeStatus } from '../../core/domain/conflicts/drop.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import type { Cancellation } from '../../core/domain/record/cancelled.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { isolated, momentText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t, tMaybe } from '../i18n/index.ts';
import { newId } from '../state/ids.ts';
import { bringBack } from '../state/taking.ts';
import { asksCalendars, UnaskedItems, useAsked } from './asking.tsx';
import { ComesAlong } from './ComesAlong.tsx';
import { missingText } from './fields.tsx';
import { useCancellation, useHeldWith } from './useCancellation.ts';
import { useRole } from './useHouse.ts';
import { breachText, clashText, shutText } from './words.ts';

const WORDS = { weddings: 'weddingStatus', bookings: 'bookingStatus', allocations: 'conflicts.allocation' } as const;

interface Props {
  readonly house: House;
  readonly collection: MovableCollection;
  readonly id: string;
  readonly onDone: () => void;
}

/** Who cancelled it, what it becomes again and what stands against it; of what was not cancelled here it says where it is brought back. */
export function BringBack({ house, collection, id, onDone }: Props) {
  const now = useNow(60_000);
  const known = useCancellation(collection, id);
  if (known.state !== 'known') return <p className="dim" role="status">{t(known.state === 'asking' ? 'calendar.back.looking' : 'calendar.back.offline')}</p>;
  const { cancellation } = known;
  if (cancellation?.byPerson !== true) return <p role="status">{cancellation === null ? t('calendar.back.unknown') : t('calendar.back.there', { who: isolated(cancellation.by) })}</p>;
  const status = tMaybe(`${WORDS[collection]}.${cancellation.status}`) ?? cancellation.status;
  return (
    <>
      <p>{t('calendar.back.by', { who: isolated(cancellation.by), when: momentText(cancellation.at, house.zone, now), status })}</p>
      <WithHeld house={house} collection={collection} id={id} cancellation={cancellation} now={now} onDone={onDone} />
    </>
  );
}

/** It is not asked for before it is known what comes along. */
function WithHeld(props: Props & { readonly cancellation: Cancellation; readonly now: number }) {
  const { state, held } = useHeldWith(props.collection, props.id, props.cancellation);
  if (state !== 'known') return <p className="dim" role="status">{t(state === 'asking' ? 'calendar.back.lookingAlong' : 'calendar.back.offlineAlong')}</p>;
  return <BringBackForm {...props} held={held} />;
}

function BringBackForm({ house, collection, id, cancellation: { status }, held, now, onDone }: Props & { readonly cancellation: Cancellation; readonly held: readonly Allocation[]; readonly now: number }) {
  const backend = useBackend();
  const tables = useTables();
  const role = useRole();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const { waits, unasked, wait } = useAsked(onDone);
  const one = useMemo(() => standsAgain(house, { collection, id }, status, now), [house, collection, id, status, now]);
  const company = useMemo(() => returningTo(house, held, one, now), [house, held, one, now]);
  // Nothing is accepted any more of what was resolved when it was cancelled.
  const judged = one && one.endsAt > now ? judgeStatus(house, one, one.status, () => false, now) : null;
  const shut = (judged?.breaches ?? []).filter(({ overridableBy }) => overridableBy.length === 0 || (role !== null && !overridableBy.includes(role)));
  const asks = judged?.needsReason === true || unasked.length > 0;
  return (
    <form
      className="cal-back"
      onSubmit={(event) => {
        event.preventDefault();
        if (shut.length > 0) return;
        if (asks && reason.trim() === '') return setMissing(true);
        const commandId = newId();
        const along = company.flatMap(({ row, against }) => (against.length === 0 ? [row.id] : []));
        const stays = one?.status === 'definite' && asksCalendars(tables, [one.resourceId]);
        void bringBack(backend, { collection, id, basedOnVersion: tables[collection][id]?.version ?? 1, reason: asks ? reason : null, along }, commandId).then((done) => {
          tellDecided(done, id);
          if (done.kind === 'kept' && stays) wait(commandId);
          else if (done.kind !== 'not_kept') onDone();
        });
      }}
    >
      <ul className="cal-effects">
        {(judged?.clashes ?? []).map((clash) => (
          <li key={`${clash.kind} ${clash.members.join()}`} data-effect="appears">{clashText(house, one?.id ?? '', clash, [])}</li>
        ))}
        {(judged?.breaches ?? []).map((breach) => (
          <li key={breach.limitId} data-effect="appears">{breachText(breach)}</li>
        ))}
        <UnaskedItems unasked={unasked} zone={house.zone} now={now} />
        {asks ? null : <li data-effect="free">{t('calendar.back.free')}</li>}
      </ul>
      <ComesAlong house={house} company={company} />
      {shut.length > 0 ? <p className="inline-error">{shut.map(shutText).join(' ')}</p> : null}
      {asks && shut.length === 0 ? (
        <TextInput
          label={t('calendar.reason')} description={t('calendar.reasonHelp')} value={reason} maxLength={200} autoComplete="off"
          error={missingText(missing, reason.trim() === '')} onChange={(event) => setReason(event.currentTarget.value)}
        />
      ) : null}
      <button type="submit" className="button button-main" disabled={waits || shut.length > 0}>
        {t(waits ? 'calendar.asking' : unasked.length > 0 ? 'calendar.confirmWithReason' : 'calendar.back.act')}
      </button>
    </form>
  );
}
