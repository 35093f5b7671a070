import type { Keeper } from '../../core/contract/systems.ts';
import { Moment } from '../components/Moment.tsx';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** Who keeps the key of a connection, and whether it is there. */
export function KeptAt({ keeper, zone }: { readonly keeper: Keeper | null; readonly zone: string }) {
  if (keeper === null) return t('kept.at.vault');
  if (keeper.name === '') return t('kept.at.withdrawn');
  const where = keeper.self ? t('kept.at.here') : t('kept.at.there', { computer: isolated(keeper.name) });
  if (keeper.state === 'here') return where;
  return (
    <>
      {where} <span className="dim">{t(keeper.state === 'withdrawn' ? 'kept.at.withdrawn' : 'kept.at.away')}</span>{' '}
      {keeper.state === 'away' && keeper.since !== null ? <Moment at={keeper.since} zone={zone} /> : null}
    </>
  );
}
