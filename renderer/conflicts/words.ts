import type { Conflict } from '../../core/contract/record/taking.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { isolated, spanText } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** All parts of a whole are called by its name. */
export function whereText(tables: Pick<Tables, 'resources'>, { resourceIds }: Pick<Conflict, 'resourceIds'>): string {
  const whole = resourceIds.length > 1 ? Object.values(tables.resources).find(({ partIds }) => partIds.length === resourceIds.length && partIds.every((id) => resourceIds.includes(id))) : undefined;
  return (whole ? [whole.id] : resourceIds).map((id) => isolated(tables.resources[id]?.name ?? t('conflicts.unknownResource'))).join(', ');
}

/** `Great Hall: double booking`. */
export const conflictTitle = (tables: Tables, conflict: Conflict): string => t('conflicts.titleOf', { where: whereText(tables, conflict), kind: t(`conflicts.kind.${conflict.kind}`) });

/** By how much: `2 h 00 at the same time`, `1 h 00 too little between them`. */
export function muchText({ kind, missingMs, missingUnits }: Conflict): string {
  const span = spanText(missingMs);
  if (kind === 'capacity') return t('conflicts.much.capacity', { count: missingUnits, span });
  return t(`conflicts.much.${kind}`, { span });
}
