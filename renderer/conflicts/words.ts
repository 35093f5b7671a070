import type { Conflict, Limit } from '../../core/contract/record/taking.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { wayBetween } from '../../core/domain/conflicts/ways.ts';
import { isolated, spanText } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** All parts of a whole are called by its name. */
export function whereText(tables: Pick<Tables, 'resources'>, { resourceIds }: Pick<Conflict, 'resourceIds'>): string {
  const whole = resourceIds.length > 1 ? Object.values(tables.resources).find(({ partIds }) => partIds.length === resourceIds.length && partIds.every((id) => resourceIds.includes(id))) : undefined;
  return (whole ? [whole.id] : resourceIds).map((id) => isolated(tables.resources[id]?.name ?? t('conflicts.unknownResource'))).join(', ');
}

/** What it passes; undefined = no limit, or one that is not on this board. */
export const limitOf = ({ limits }: Pick<Tables, 'limits'>, { limitId }: Pick<Conflict, 'limitId'>): Limit | undefined => (limitId ? limits[limitId] : undefined);

/** `Great Hall: double booking`, `Long Barn: Noise curfew passed`. */
export function conflictTitle(tables: Tables, conflict: Conflict): string {
  const where = whereText(tables, conflict);
  const limit = limitOf(tables, conflict);
  if (limit) return t('conflicts.limitTitle', { where, name: isolated(limit.name) });
  return t('conflicts.titleOf', { where, kind: conflict.kind === 'overlap' && conflict.level === 'warn' ? t('conflicts.sharedTime') : t(`conflicts.kind.${conflict.kind}`) });
}

/** What whoever is in it is marked with, in one word of `calendar.mark` and `conflicts.level`: not all that is hard is a double booking. */
export type ConflictMark = 'block' | 'warn' | 'shared' | 'gap' | 'limit' | 'closure' | 'capacity';
const isGap = ({ kind }: Pick<Conflict, 'kind'>): boolean => kind === 'turnaround' || kind === 'travel';
export function markOf({ level, kind }: Pick<Conflict, 'level' | 'kind'>): ConflictMark {
  if (level === 'warn') return isGap({ kind }) ? 'warn' : 'shared';
  if (isGap({ kind })) return 'gap';
  return kind === 'limit' || kind === 'closure' || kind === 'capacity' ? kind : 'block';
}

/** What a house only warns of is drawn otherwise than what is hard. */
export const isWarned = (mark: ConflictMark): boolean => mark === 'warn' || mark === 'shared';

/** By how much: `2 h 00 at the same time`, `1 h 00 too little between them`, `30 min of it at hours that are not allowed`. */
export function muchText(tables: Pick<Tables, 'limits' | 'weddings' | 'bookings' | 'allocations' | 'calendarEvents'>, conflict: Conflict): string {
  const { kind, missingMs, missingUnits } = conflict;
  const span = spanText(missingMs);
  const limit = limitOf(tables, conflict);
  if (limit) return t(`conflicts.muchOfLimit.${limit.rule.kind}`, { span });
  if (kind === 'capacity') return t('conflicts.much.capacity', { count: missingUnits, span });
  const way = kind === 'travel' ? wayBetween(tables, conflict.members) : null;
  if (way) return t('conflicts.muchOfWay', { span, from: isolated(way.from), to: isolated(way.to) });
  return t(`conflicts.much.${kind}`, { span });
}

/** Who is in it, by name: `Okonkwo & Smythe, Haddad & Ågård`. */
export function whoText(tables: Pick<Tables, 'weddings' | 'bookings' | 'allocations' | 'calendarEvents'>, { members }: Conflict): string {
  return members.map(({ collection, id }) => isolated(tables[collection][id]?.title ?? t('conflicts.gone'))).join(', ');
}

/** How long there is until it comes to that, and for how long it has been known: `in 2 d 4 h · found 3 min ago`. */
export function leftText({ startsAt, raisedAt }: Conflict, now: number): string {
  const left = Date.parse(startsAt) - now;
  const until = left > 0 ? t('conflicts.left', { span: spanText(left) }) : t('conflicts.isNow');
  const known = now - Date.parse(raisedAt);
  return `${until} · ${known < 60_000 ? t('conflicts.foundNow') : t('conflicts.found', { span: spanText(known) })}`;
}

/** What is only warned of: `1 overlap to be seen to, 2 gaps too short`. */
export function warnedTexts(conflicts: readonly Conflict[]): string[] {
  const warned = conflicts.filter(({ level }) => level === 'warn');
  const tight = warned.filter(isGap).length;
  const counts = [['conflicts.shared', warned.length - tight], ['conflicts.tight', tight]] as const;
  return counts.flatMap(([key, count]) => (count > 0 ? [t(key, { count })] : []));
}

/** `2 double bookings, 1 limit passed`: the hard ones; a limit that is passed, or a gap that is too short, is no double booking. */
export function hardText(conflicts: readonly Conflict[]): string {
  const hard = conflicts.filter(({ level }) => level === 'block');
  const limits = hard.filter(({ kind }) => kind === 'limit').length;
  const gaps = hard.filter(isGap).length;
  const double = hard.length - limits - gaps;
  const others = [...(limits > 0 ? [t('conflicts.limits', { count: limits })] : []), ...(gaps > 0 ? [t('conflicts.hardGaps', { count: gaps })] : [])];
  return [...(double > 0 || others.length === 0 ? [t('conflicts.hard', { count: double })] : []), ...others].join(', ');
}

/** Who may let it stay as it is: `owner, coordinator`; empty = nobody, of a limit that names nobody. */
export const whoMay = ({ overridableBy }: Pick<Limit, 'overridableBy'>): string => overridableBy.map((role) => t(`roles.${role}`)).join(', ');
