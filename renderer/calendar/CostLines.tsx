import type { Charge, Cost } from '../../core/domain/conflicts/costs.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { memberOf } from '../../core/domain/conflicts/occupancies.ts';
import { useSees } from '../app/access.ts';
import { isolated, moneyText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { resourceName } from './words.ts';

const NAMED = 3;

/** `Great Hall, Long Barn, Lakeside pavilion and 4 more`. */
function namesText(house: House, ids: readonly string[]): string {
  const names = ids.slice(0, NAMED).map((id) => resourceName(house, id)).join(', ');
  return ids.length > NAMED ? `${names} ${t('calendar.more', { count: ids.length - NAMED })}` : names;
}

function chargeText(house: House, charge: Charge, currency: string): string {
  const { collection, id } = memberOf(charge.id);
  const title = house.timetable.get(charge.id)?.label ?? house.rows[collection][id]?.title ?? t('conflicts.gone');
  const words = { where: resourceName(house, charge.resourceId), title: isolated(title), amount: isolated(moneyText(charge.minor, currency)) };
  return charge.for === 'move' ? t('calendar.cost.move', words) : t('calendar.cost.hours', { ...words, count: charge.hours });
}

const unknownText = (house: House, { unknown }: Cost): string => t('calendar.cost.unknown', { who: namesText(house, unknown), count: unknown.length });

/** What is known of it in one line: `Costs £150.00.`; null = nothing is. */
function sumText({ totalMinor, unknown }: Cost, currency: string): string | null {
  if (totalMinor === 0) return unknown.length > 0 ? null : t('calendar.cost.nothing');
  return t(unknown.length > 0 ? 'calendar.cost.sumKnown' : 'calendar.cost.sum', { amount: isolated(moneyText(totalMinor, currency)) });
}

const useCurrency = (): string => useConsole((state) => state.record?.organisation.currency ?? 'GBP');

/** Of a way out: its sum, and of whom nobody has said what they ask. Told to who is told of payments. */
export function CostLine({ house, cost }: { readonly house: House; readonly cost: Cost }) {
  const currency = useCurrency();
  if (!useSees('payments')) return null;
  return (
    <p className="cal-cost-line num" data-cost={cost.totalMinor}>
      {[sumText(cost, currency), cost.unknown.length > 0 ? unknownText(house, cost) : null].filter((text) => text !== null).join(' ')}
    </p>
  );
}

/** On the card of a move: each with its sum, all of it, and what is not known. Told to who is told of payments. */
export function CostLines({ house, cost }: { readonly house: House; readonly cost: Cost }) {
  const currency = useCurrency();
  if (!useSees('payments')) return null;
  const sum = sumText(cost, currency);
  return (
    <section className="cal-cost" aria-label={t('calendar.cost.title')} data-cost={cost.totalMinor}>
      {cost.charges.length > 1 || cost.unknown.length > 0 ? (
        <ul>
          {cost.charges.map((charge) => (
            <li key={`${charge.for} ${charge.id}`}>{chargeText(house, charge, currency)}</li>
          ))}
          {cost.unknown.length > 0 ? <li data-unknown>{unknownText(house, cost)}</li> : null}
        </ul>
      ) : null}
      {sum === null ? null : <p className="cal-cost-sum num">{cost.charges.length === 1 && cost.unknown.length === 0 ? cost.charges.map((charge) => chargeText(house, charge, currency)).join() : sum}</p>}
    </section>
  );
}
