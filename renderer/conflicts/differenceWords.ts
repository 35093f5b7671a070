import type { Difference } from '../../core/contract/record/calendars.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { dayText, isolated, timeText } from '../components/format.ts';
import { t, tMaybe } from '../i18n/index.ts';

type Field = Difference['fields'][number];

/** Over there it was taken away: of an entry of ours that is its status. */
export const isDeletion = ({ fields }: Pick<Difference, 'fields'>): boolean => fields.some(({ name, theirs }) => name === 'status' && theirs === 'cancelled');

/** An item of a run sheet is named with its wedding: `First dance` is on every one. */
export function subjectName(tables: Tables, { subject: { collection, id } }: Pick<Difference, 'subject'>): string {
  const title = isolated(tables[collection][id]?.title ?? t('conflicts.gone'));
  const wedding = collection === 'runSheetItems' ? tables.weddings[tables.runSheetItems[id]?.weddingId ?? ''] : undefined;
  return wedding ? t('differences.item', { title, wedding: isolated(wedding.title) }) : title;
}

/** `Okonkwo & Blackwood: changed in Great Hall`. */
export const differenceTitle = (tables: Tables, difference: Difference): string =>
  t(isDeletion(difference) ? 'differences.deletedIn' : 'differences.changedIn', { title: subjectName(tables, difference), calendar: isolated(tables.calendars[difference.calendarId]?.name ?? t('calendars.unknown')) });

/** `Starts, Ends`; a deletion says it in its title. */
export const differingText = ({ fields }: Pick<Difference, 'fields'>): string => fields.filter(({ name, theirs }) => name !== 'status' || theirs !== 'cancelled').map(({ name }) => t(`fields.${name}`)).join(', ');

/** One side of a field as a person reads it. */
export function sideText(name: Field['name'], value: string | null, zone: string): string {
  if (value === null) return t('inspector.historyNothing');
  if (name === 'startsAt' || name === 'endsAt') return `${dayText(value, zone)} ${timeText(value, zone)}`;
  if (name === 'status') return value === 'cancelled' ? t('differences.notThere') : (tMaybe(`entryStatus.${value}`) ?? value);
  return value;
}
