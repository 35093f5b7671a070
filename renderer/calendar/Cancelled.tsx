import { useState } from 'react';
import type { House } from '../../core/domain/conflicts/house.ts';
import { MOVABLE } from '../../core/contract/record/taking.ts';
import { useMay } from '../app/access.ts';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { BringBack } from './BringBack.tsx';
import { FormDialog } from './FormDialog.tsx';
import { setHolding, type Dialog } from './holding.ts';
import { useHouse } from './useHouse.ts';
import { resourceName, whenText } from './words.ts';

type Named = Extract<Dialog, { kind: 'bringBack' }>;
const MOST = 100;

/** What was cancelled and is not over, what begins first first; each can be looked at and brought back. */
export function CancelledList({ house, onClose }: { readonly house: House; readonly onClose: () => void }) {
  const now = useNow(60_000);
  const some = MOVABLE.flatMap((collection) =>
    Object.values(house.rows[collection]).flatMap((row) => {
      const { id, title, startsAt, endsAt, status } = row;
      if (status !== 'cancelled' || startsAt === null || Date.parse(endsAt ?? startsAt) <= now) return [];
      const resourceId = 'roomId' in row ? row.roomId : 'vendorId' in row ? row.vendorId : 'resourceId' in row ? row.resourceId : null;
      return [{ collection, id, title, resourceId: resourceId ?? null, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt ?? startsAt) }];
    }))
    .sort((a, b) => a.startsAt - b.startsAt || a.id.localeCompare(b.id));
  return (
    <FormDialog title={t('calendar.back.list')} onClose={onClose}>
      <p className="dim">{t(some.length === 0 ? 'calendar.back.none' : 'calendar.back.help')}</p>
      <ul className="cal-cancelled">
        {some.slice(0, MOST).map(({ collection, id, title, resourceId, startsAt, endsAt }) => (
          <li key={id}>
            <span>
              <bdi className="cal-who">{title}</bdi>
              <span className="row-sub num">{resourceId === null ? '' : `${resourceName(house, resourceId)} · `}{whenText({ startsAt, endsAt }, house.zone)}</span>
            </span>
            <button type="button" className="button" aria-label={t('calendar.back.ofAct', { title: isolated(title) })} onClick={() => setHolding({ dialog: { kind: 'bringBack', collection, id } })}>
              {t('calendar.back.open')}
            </button>
          </li>
        ))}
      </ul>
      {some.length > MOST ? <p className="dim">{t('calendar.more', { count: some.length - MOST })}</p> : null}
    </FormDialog>
  );
}

/** One that was cancelled, over the board. */
export function BringBackDialog({ house, collection, id, onClose }: { readonly house: House; readonly onClose: () => void } & Pick<Named, 'collection' | 'id'>) {
  const row = house.rows[collection][id];
  return (
    <FormDialog title={t('calendar.back.title', { title: isolated(row?.title ?? t('conflicts.gone')) })} onClose={onClose}>
      {row?.status === 'cancelled' ? <BringBack house={house} collection={collection} id={id} onDone={onClose} /> : <p role="status">{t('calendar.back.stands')}</p>}
    </FormDialog>
  );
}

/** In what is told of a row that was cancelled: its way back, unfolded where it stands. */
export function BringBackHere({ collection, id }: Pick<Named, 'collection' | 'id'>) {
  const may = useMay('command:booking.bring_back');
  const isCancelled = useTables()[collection][id]?.status === 'cancelled';
  const [open, setOpen] = useState(false);
  if (!may || !isCancelled) return null;
  return (
    <section className="inspector-part" aria-label={t('calendar.back.section')}>
      <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('calendar.back.open')}
      </button>
      {open ? <Unfolded collection={collection} id={id} onDone={() => setOpen(false)} /> : null}
    </section>
  );
}

/** Apart, because a whole house is put together for it only once it is asked for. */
function Unfolded({ collection, id, onDone }: Pick<Named, 'collection' | 'id'> & { readonly onDone: () => void }) {
  const house = useHouse();
  return (
    <div className="unfolded">
      <BringBack house={house} collection={collection} id={id} onDone={onDone} />
    </div>
  );
}
