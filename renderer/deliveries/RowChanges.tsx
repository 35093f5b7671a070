import type { RowChange } from '../../core/contract/deliveries.ts';
import type { CollectionName } from '../../core/contract/record.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { formatRoute, type Selectable } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { isolated, moneyText } from '../components/format.ts';
import { t, tMaybe } from '../i18n/index.ts';
import { valueText } from '../inspector/valueText.ts';
import { useConsole } from '../state/store.ts';

const SELECTS: Readonly<Partial<Record<CollectionName, Selectable>>> = { weddings: 'about', contacts: 'contact', bookings: 'booking', payments: 'payment', runSheetItems: 'item', messages: 'message', documents: 'document', calendarEvents: 'entry', weatherNotices: 'weather', alerts: 'alert' };

/** Where a row that is in the record can be looked at. */
function rowHref({ collection, rowId, weddingId }: RowChange, tables: Tables): string | null {
  if (tables[collection][rowId] === undefined) return null;
  if (collection === 'connections') return `#/integrations/${rowId}`;
  const kind = SELECTS[collection];
  return kind ? formatRoute({ place: { view: 'day', weddingId: collection === 'weddings' ? rowId : weddingId, alertId: null }, selected: { kind, id: rowId } }) : null;
}

/** Ids are told as what they stand for, amounts with the row's currency; what has no short form is said to have none. */
function shown({ collection, rowId, fields }: RowChange, field: string, value: unknown, tables: Tables, zone: string): string {
  if (typeof value === 'string') {
    if (field === 'weddingId') return tables.weddings[value]?.title ?? t('deliveries.someWedding');
    if (field === 'contactId') return tables.contacts[value]?.name ?? t('deliveries.somebody');
    if (field === 'bookingId') return tables.bookings[value]?.title ?? t('deliveries.someBooking');
  }
  const row = tables[collection][rowId];
  const told = fields.find((one) => one.field === 'currency')?.after;
  const currency = typeof told === 'string' ? told : row && 'currency' in row ? row.currency : null;
  if (field.endsWith('Minor') && typeof value === 'number' && currency !== null) return moneyText(value, currency);
  const kind = fields.find((one) => one.field === 'kind')?.after ?? (row && 'kind' in row ? row.kind : null);
  return valueText(collection, field, value, zone, kind) ?? t('deliveries.notReadable');
}

/** Not facts that were told but what followed from them here; that they came, and how they stand, is enough. */
const CONSEQUENCES: readonly CollectionName[] = ['alerts', 'reviewItems', 'connections'];
const isConsequence = ({ collection }: RowChange): boolean => CONSEQUENCES.includes(collection);

function Row({ change, tables, zone }: { readonly change: RowChange; readonly tables: Tables; readonly zone: string }) {
  const { collection, title } = change;
  const fields = isConsequence(change) ? change.fields.filter(({ field, before }) => before !== null && (field === 'state' || field === 'health')) : change.fields;
  const href = rowHref(change, tables);
  // A row that came into being has nothing to strike out.
  const fresh = change.fields.every(({ before }) => before === null);
  const name = isolated(title ?? t('deliveries.unnamedRow'));
  return (
    <li>
      <p className="change-head">
        <span className="dim">{t(`rowKinds.${collection}`)}</span> {href ? <a href={href}>{name}</a> : <span>{name}</span>} {fresh && (href === null || isConsequence(change)) ? <span className="dim">{t('deliveries.newRow')}</span> : null}
      </p>
      {change.fields.length === 0 ? <p className="row-sub">{t('deliveries.noFields')}</p> : null}
      <dl className="change-fields">
        {fields.map(({ field, before, after }) => (
          <div key={field}>
            <dt>{tMaybe(`fields.${field}`) ?? tMaybe(`deliveries.fields.${field}`) ?? field}</dt>
            <dd>
              {fresh ? null : (
                <>
                  <del>{isolated(shown(change, field, before, tables, zone))}</del> <span aria-hidden>→</span>{' '}
                </>
              )}
              <ins>{isolated(shown(change, field, after, tables, zone))}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** Rows with their fields as they were and as they are or would be. */
export function RowChanges({ rows }: { readonly rows: readonly RowChange[] }) {
  const tables = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  return (
    <ul className="changes">
      {[...rows.filter((change) => !isConsequence(change)), ...rows.filter(isConsequence)].map((change, index) => (
        <Row key={`${change.rowId} ${index}`} change={change} tables={tables} zone={zone} />
      ))}
    </ul>
  );
}
