import type { HeldLot as Held } from '../../core/contract/record/attention.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { countText, dayText, dotted, isolated, spanText } from '../components/format.ts';
import { t, tMaybe } from '../i18n/index.ts';

const WEDDINGS_SHOWN = 4;
/** Deliveries that came in one go are told as within a second, not within none. */
const LEAST_MS = 1_000;

/** How much more it is than usual, a sentence for each kind. */
function Usual({ lot }: { readonly lot: Held }) {
  const span = spanText(Math.max(LEAST_MS, Date.parse(lot.to) - Date.parse(lot.from)));
  return (
    <ul className="held-usual">
      {lot.kinds.map(({ kind, count, usualPerHour, applied }) => (
        <li key={kind} className="num">
          {usualPerHour === 0 ? t(`held.never.${kind}`, { count: countText(count), span }) : t(`held.usual.${kind}`, { most: countText(usualPerHour), count: countText(count), span })}{applied === 0 ? null : ` ${t('held.applied', { count: applied, shown: countText(applied) })}`}
        </li>
      ))}
    </ul>
  );
}

/** The first few of what is held, each with its day and its wedding. */
export function HeldSample({ lot }: { readonly lot: Held }) {
  const { weddings } = useTables();
  const { zone } = useScope();
  return (
    <ul className="held-sample">
      {lot.sample.map(({ title, startsAt, weddingId }, index) => (
        <li key={`${title} ${index}`}>
          <span className="held-title">{isolated(title)}</span>{' '}
          <span className="row-sub num">{dotted([startsAt === null ? null : dayText(startsAt, zone), weddingId === null ? null : (weddings[weddingId]?.title ?? t('held.someWedding'))])}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the brake holds: beside what is usual, of what kind, whose, and the first of it. */
export function HeldLot({ lot }: { readonly lot: Held }) {
  const { weddings } = useTables();
  const rows = lot.rows.map(({ collection, count }) => tMaybe(`held.rows.${collection}`, { count, shown: countText(count) }) ?? `${countText(count)} ${collection}`);
  const known = lot.weddingIds.map((id) => weddings[id]?.title ?? t('held.someWedding'));
  const more = known.length - WEDDINGS_SHOWN;
  const named = known.slice(0, more > 0 ? WEDDINGS_SHOWN : known.length);
  return (
    <div className="held-lot">
      <Usual lot={lot} />
      <dl className="held-facts">
        <div>
          <dt>{t('held.what')}</dt>
          <dd className="num">{rows.join(', ')}</dd>
        </div>
        <div>
          <dt>{t('held.for')}</dt>
          <dd>
            {named.length === 0 ? t('held.noWedding') : null}
            {named.map((title, index) => (
              // Each on its own, so that a name in another script breaks within itself.
              <span key={lot.weddingIds[index]} className="held-wedding">
                {isolated(title)}
                {index < named.length - 1 ? ', ' : ' '}
              </span>
            ))}
            {more > 0 ? <span className="num">{t('held.more', { count: more })}</span> : null}
          </dd>
        </div>
        {lot.sample.length === 0 ? null : (
          <div>
            <dt>{t('held.such')}</dt>
            <dd>
              <HeldSample lot={lot} />
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
