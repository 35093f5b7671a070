import { useId, useMemo, useState } from 'react';
import { parkedRow, type Loose } from '../../core/domain/intake/parked.ts';
import { suggestWeddings } from '../../core/domain/intake/suggestions.ts';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { Choice } from '../components/Choice.tsx';
import { dayText, dotted, isolated, moneyText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { assignReview, decideReview } from '../state/commands.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';

/** Stands for the weddings that are not suggested. */
const ANOTHER = 'another';

/** Only what was understood can be given a wedding. */
export const isAssignable = (item: ReviewItem): boolean => item.kind === 'parked' && item.state === 'open' && item.reason === 'normalise.no_wedding_matched';

const dayOf = (wedding: Wedding): string => `${dayText(wedding.startsAt, wedding.zone)} ${wedding.date.slice(0, 4)}`;

/** By what a person knows the fact again. */
function factText({ collection, row }: Loose, zone: string): string {
  switch (collection) {
    case 'payments':
      return dotted([moneyText(row.amountMinor, row.currency), row.payerName, row.paidAt && dayText(row.paidAt, zone)]);
    case 'bookings':
      return dotted([row.vendorName, row.startsAt && dayText(row.startsAt, zone), row.place]);
    case 'documents':
      return dotted([row.sharedAt && dayText(row.sharedAt, zone)]);
    case 'messages':
      return dotted([row.fromName, row.fromAddress]);
    case 'contacts':
      return dotted([row.name, row.email]);
  }
}

/** The weddings that a parked fact may be of, each with what speaks for it; all the others by name; or none. */
export function AssignWedding({ item, zone }: { readonly item: ReviewItem; readonly zone: string }) {
  const backend = useBackend();
  const tables = useTables();
  const { weddings, contacts, bookings, payments, documents } = tables;
  const group = useId();
  const [marked, setMarked] = useState<string | null>(null);
  const [other, setOther] = useState('');
  const [asking, setAsking] = useState(false);
  const sending = useConsole((state) => state.deciding[item.id] === true || isWaiting(openDecision(state.outbox, item.id)));
  const fact = useMemo(() => parkedRow(item, { bookings, payments, documents }), [item, bookings, payments, documents]);
  const suggested = useMemo(
    () => (fact === null ? [] : suggestWeddings(fact, { weddings, contacts, bookings, payments })).flatMap(({ weddingId, reasons }) => (weddings[weddingId] ? [{ wedding: weddings[weddingId], reasons }] : [])),
    [fact, weddings, contacts, bookings, payments],
  );
  const others = useMemo(() => {
    const named = new Set(suggested.map(({ wedding }) => wedding.id));
    return Object.values(weddings)
      .filter(({ id }) => !named.has(id))
      .sort((a, b) => a.startsAt.localeCompare(b.startsAt))
      .map((wedding) => ({ value: wedding.id, label: `${wedding.title}, ${dayOf(wedding)}` }));
  }, [weddings, suggested]);

  const choosing = suggested.length === 0 ? ANOTHER : marked;
  const chosen = weddings[(choosing === ANOTHER ? other : choosing) ?? ''];
  const told = fact === null ? '' : factText(fact, zone);
  if (asking) {
    return (
      <div className="assign" role="group" aria-label={t('assign.none')}>
        <p>{t('assign.noneSure')}</p>
        <div className="review-acts">
          <button type="button" className="button button-main" autoFocus onClick={() => void decideReview(backend, item, 'discard').then((decided) => tellDecided(decided, item.id))} disabled={sending}>
            {t('assign.none')}
          </button>
          <button type="button" className="button" onClick={() => setAsking(false)}>
            {t('review.notYet')}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div className="assign" role="group" aria-labelledby={`${group}-title`}>
      <p className="assign-title" id={`${group}-title`}>
        {t('assign.title')}
      </p>
      {told === '' ? null : <p className="row-sub num">{told}</p>}
      {suggested.length === 0 ? (
        <p className="dim">{t('assign.nothingSpeaks')}</p>
      ) : (
        <div role="radiogroup" aria-labelledby={`${group}-title`}>
          {suggested.map(({ wedding, reasons }) => (
            <label key={wedding.id} className="assign-row">
              <input type="radio" name={group} checked={marked === wedding.id} onChange={() => setMarked(wedding.id)} />
              <span>
                <span className="assign-name">{isolated(wedding.title)}</span>
                <span className="row-sub">{dotted([dayOf(wedding), ...reasons.map((reason) => t(`assign.reasons.${reason}`))])}</span>
              </span>
            </label>
          ))}
          {others.length === 0 ? null : (
            <label className="assign-row">
              <input type="radio" name={group} checked={marked === ANOTHER} onChange={() => setMarked(ANOTHER)} />
              <span className="assign-name">{t('assign.another')}</span>
            </label>
          )}
        </div>
      )}
      {choosing === ANOTHER && others.length > 0 ? <Choice label={t('assign.wedding')} choices={others} value={other} onChange={setOther} /> : null}
      <div className="review-acts">
        <button type="button" className="button button-main" disabled={sending || chosen === undefined} onClick={() => chosen && void assignReview(backend, item, chosen.id).then((decided) => tellDecided(decided, item.id))}>
          {chosen === undefined ? t('assign.belongsUnchosen') : t('assign.belongs', { wedding: isolated(chosen.title) })}
        </button>
        <button type="button" className="button" disabled={sending} onClick={() => setAsking(true)}>
          {t('assign.none')}
        </button>
      </div>
    </div>
  );
}
