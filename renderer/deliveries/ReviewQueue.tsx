import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import type { HeldLot as HeldLotTold, ReviewItem } from '../../core/contract/record/attention.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { formatRoute } from '../app/routes.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { useSystems } from '../connecting/queries.ts';
import { dotted, isolated } from '../components/format.ts';
import { Ago } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { decideReview, type ReviewDecision } from '../state/commands.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { AssignWedding, isAssignable } from './AssignWedding.tsx';
import { DeliveryMark, whyText } from './DeliveryMark.tsx';
import { HeldDialog } from './HeldDialog.tsx';
import { HeldLot } from './HeldLot.tsx';
import { mayNeedNothing, PutAway } from './PutAway.tsx';
import { useChosen } from './useChosen.ts';

const SHOWN = 6;

/** One that was opened before cards said what they hold. */
const untold = ({ receivedAt }: ReviewItem, now: number): HeldLotTold => ({ kinds: [], rows: [], deliveries: 1, weddingIds: [], moreWeddings: false, sample: [], from: receivedAt, to: new Date(now).toISOString() });

/** A held lot: one look, one decision for all of it, with what it would come to shown first. */
function Decide({ item, name }: { readonly item: ReviewItem; readonly name: string }) {
  const backend = useBackend();
  const sending = useConsole((state) => state.deciding[item.id] === true || isWaiting(openDecision(state.outbox, item.id)));
  // The card as it was when the question was opened: that one is decided, and the server refuses when more has joined since.
  const [asking, setAsking] = useState<{ readonly decision: ReviewDecision; readonly item: ReviewItem; readonly lot: HeldLotTold } | null>(null);
  const open = (decision: ReviewDecision): void => setAsking({ decision, item, lot: item.lot ?? untold(item, Date.now()) });
  const decide = async (): Promise<void> => {
    if (asking === null) return;
    setAsking(null);
    tellDecided(await decideReview(backend, asking.item, asking.decision), asking.item.id);
  };
  return (
    <>
      <button type="button" className="button" disabled={sending} onClick={() => open('release')}>
        {t('held.releaseOpen')}
      </button>
      <button type="button" className="button" disabled={sending} onClick={() => open('discard')}>
        {t('held.discardOpen')}
      </button>
      {asking ? <HeldDialog {...asking} name={name} onDecide={() => void decide()} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

interface CardProps {
  readonly item: ReviewItem;
  readonly zone: string;
  readonly mayDecide: boolean;
  /** Of systems, by id, as the catalogue has them. */
  readonly names: ReadonlyMap<string, string>;
  /** Null = nothing can be chosen: it is the only one, or not for this one to decide. */
  readonly chosen: boolean | null;
  /** `range`: everything from the last one that was touched up to this one. */
  readonly onChoose: (range: boolean) => void;
}

function Card({ item, zone, mayDecide, names, chosen, onChoose }: CardProps) {
  const { connections } = useTables();
  const [choosing, setChoosing] = useState(false);
  const connection = connections[item.connectionId];
  const system = connection && (names.get(connection.system) ?? systemName(connection.system, connections));
  const name = connection?.name ?? system ?? '';
  const assignable = mayDecide && isAssignable(item);
  const place = item.kind === 'held' ? { ...ALL_DELIVERIES, connectionId: item.connectionId, states: ['held' as const] } : ALL_DELIVERIES;
  const href = formatRoute({ place, selected: item.kind === 'held' ? null : { kind: 'delivery', id: item.deliveryId } });
  return (
    <li className="review-card" data-kind={item.kind} data-chosen={chosen || undefined}>
      <p className="review-head">
        {chosen === null ? null : (
          <label className="review-choose">
            <input type="checkbox" checked={chosen} aria-label={t('review.choose', { title: isolated(item.title) })} onClick={(event) => onChoose(event.shiftKey)} readOnly />
          </label>
        )}
        <DeliveryMark state={item.kind} /> <DecisionMark rowId={item.id} />
        <span className="dim">
          {t('review.for')} <Ago at={item.receivedAt} zone={zone} />
        </span>
      </p>
      <h3>{item.lot ? dotted([name, item.subject]) : isolated(item.title)}</h3>
      <p className="review-why">{whyText(item.kind, item.reason)}</p>
      {item.lot ? <HeldLot lot={item.lot} /> : null}
      <p className="row-sub">{dotted([connection?.name, system !== connection?.name && system])}</p>
      <div className="review-acts">
        <a className="button" href={href}>
          {t(item.kind === 'held' ? 'review.lookAll' : 'review.look')}
        </a>
        {item.kind === 'held' && mayDecide ? <Decide item={item} name={name} /> : null}
        {assignable ? (
          <button type="button" className="button" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
            {t('assign.choose')}
          </button>
        ) : null}
        {mayDecide && mayNeedNothing(item) && !(assignable && choosing) ? <PutAway items={[item]} /> : null}
      </div>
      {assignable && choosing ? <AssignWedding item={item} zone={zone} /> : null}
    </li>
  );
}

/** Everything that was delivered and waits for a person: what the brake has stopped first, then the latest. */
export function ReviewQueue() {
  const { reviewItems } = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const mayDecide = useMay('command:review.release');
  const [all, setAll] = useState(false);
  const names = new Map(useQuery(useSystems()).data?.systems.map((system) => [system.id, system.name]));
  const open = useMemo(
    () =>
      Object.values(reviewItems)
        .filter((item) => item.state === 'open')
        .sort((a, b) => Number(b.kind === 'held') - Number(a.kind === 'held') || b.receivedAt.localeCompare(a.receivedAt)),
    [reviewItems],
  );
  const shown = all ? open : open.slice(0, SHOWN);
  const choosable = shown.filter(mayNeedNothing);
  const { chosen, toggle, extend, clear } = useChosen(choosable.map(({ id }) => id));
  // What somebody else has decided meanwhile is not among them any more.
  const marked = choosable.filter(({ id }) => chosen.has(id));
  const several = mayDecide && choosable.length > 1;
  if (open.length === 0) return null;
  return (
    <section className="review-queue" aria-labelledby="review-title">
      <h2 id="review-title" className="num">
        {t('review.title', { count: open.length })}
      </h2>
      {several ? (
        <div className="review-several">
          {marked.length > 0 ? <strong className="num">{t('deliveries.chosen', { count: marked.length })}</strong> : null}
          {marked.length > 0 ? <PutAway items={marked} /> : null}
          {marked.length < choosable.length ? (
            <button type="button" className="button" onClick={() => choosable.forEach(({ id }) => (chosen.has(id) ? undefined : toggle(id)))}>
              {t('review.chooseAll', { count: choosable.length })}
            </button>
          ) : null}
          {marked.length > 0 ? (
            <button type="button" className="button" onClick={clear}>
              {t('deliveries.chooseNone')}
            </button>
          ) : null}
        </div>
      ) : null}
      <ul className="review-cards">
        {shown.map((item) => (
          <Card key={item.id} item={item} zone={zone} mayDecide={mayDecide} names={names} chosen={several && mayNeedNothing(item) ? chosen.has(item.id) : null} onChoose={(range) => (range ? extend(item.id) : toggle(item.id))} />
        ))}
      </ul>
      {open.length > SHOWN && !all ? (
        <p className="page-foot">
          <button type="button" className="button" onClick={() => setAll(true)}>
            {t('review.more', { count: open.length - SHOWN })}
          </button>
        </p>
      ) : null}
    </section>
  );
}
