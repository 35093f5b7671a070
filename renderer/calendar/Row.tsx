import { memo } from 'react';
import type { Resource } from '../../core/contract/record/taking.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { MANY_PLACES } from '../../core/domain/conflicts/occupancies.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { xOf, type Axis } from './axis.ts';
import { Bar } from './Bar.tsx';
import { setHolding } from './holding.ts';
import { barsWithin, type LaidRow } from './lanes.ts';
import { ShadowBar } from './ShadowBar.tsx';
import type { Clashing } from './useHouse.ts';

interface RowProps {
  readonly house: House;
  readonly row: LaidRow;
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
  readonly labels: number;
  readonly now: number;
  readonly clashing: ReadonlyMap<string, Clashing>;
  /** Of this row, or what a shadow in it is of; null = in another. */
  readonly selected: string | null;
  readonly lifted: string | null;
  readonly stop: string | null;
  readonly mayMove: boolean;
  readonly mayEdit: boolean;
}

/** A vendor who does several things at a time has no number: what stands there is only more than anybody asks for. */
function whatText({ kind, places }: Resource): string {
  const word = t(`calendar.kind.${kind}`);
  if (kind === 'vendor' && places >= MANY_PLACES) return t('calendar.several', { kind: word });
  return places > 1 ? t('calendar.stock', { kind: word, count: places }) : word;
}

/** One resource and what takes its time. The bar that has the keyboard stays, wherever is scrolled to. */
export const Row = memo(function Row({ house, row, axis, from, to, labels, now, clashing, selected, lifted, stop, mayMove, mayEdit }: RowProps) {
  const resource = house.rows.resources[row.resourceId];
  const shown = barsWithin(row, from, to);
  const kept = stop !== null && !shown.some(({ one }) => one.id === stop) ? row.bars.filter(({ one }) => one.id === stop) : [];
  const name = resource?.name ?? t('conflicts.unknownResource');
  const what = resource ? whatText(resource) : '';
  const label = (
    <>
      <bdi className="tl-row-name">{name}</bdi>
      <span className="tl-row-what">{resource?.state === 'retired' ? t('calendar.retired') : what}</span>
    </>
  );
  return (
    <div className="tl-row" role="group" aria-label={isolated(name)} data-resource={row.resourceId} style={{ top: row.top, height: row.height }}>
      {mayEdit && resource ? (
        <button type="button" className="tl-label" style={{ width: labels }} title={t('calendar.editResource', { name })} aria-label={t('calendar.editResource', { name: isolated(name) })} onClick={() => setHolding({ dialog: { kind: 'resource', id: row.resourceId } })}>
          {label}
        </button>
      ) : (
        <div className="tl-label" style={{ width: labels }}>
          {label}
        </div>
      )}
      {[...shown, ...kept].map(({ one, lane }) => {
        const place = { lane, x: labels + xOf(axis, one.startsAt), pxPerMs: axis.pxPerMs, zone: house.zone, now, isStop: stop === one.id };
        const { through } = one;
        return through ? (
          <ShadowBar
            key={one.id} one={one} through={through} taken={house.rows.resources[through.resourceId]?.name ?? t('conflicts.unknownResource')} {...place}
            clash={clashing.get(through.id)?.mark ?? null} isSelected={selected === through.id}
          />
        ) : (
          <Bar
            key={one.id} one={one} where={name} {...place} clash={clashing.get(one.id)?.mark ?? null}
            isSelected={selected === one.id} isLifted={lifted === one.id} mayMove={mayMove}
          />
        );
      })}
    </div>
  );
});
