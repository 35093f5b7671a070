import type { HistoryEntry } from '../../core/contract/http.ts';
import { HouseRules } from '../../core/contract/record/taking.ts';
import { wayKey } from '../../core/domain/conflicts/rules.ts';
import { isolated, spanText } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** What was changed of a house's rules, pair by pair and way by way. */

export interface Told {
  readonly field: string;
  readonly name: string;
  readonly was: string;
  readonly is: string;
}

const MINUTE_MS = 60_000;
const minutesText = (minutes: number | null | undefined): string => (minutes === null || minutes === undefined ? t('inspector.historyUnsaid') : spanText(minutes * MINUTE_MS));

function levelChanges(before: unknown, after: unknown): Told[] {
  const [was, is] = [HouseRules.shape.levels.safeParse(before), HouseRules.shape.levels.safeParse(after)];
  if (!was.success || !is.success) return [];
  return (Object.keys(is.data) as (keyof typeof is.data)[]).flatMap((pair) => {
    const [old, now] = [was.data[pair], is.data[pair]];
    const name = t(`calendar.houseRules.pairs.${pair}`);
    return old === now ? [] : [{ field: pair, name, was: t(`calendar.houseRules.levels.${old}`), is: t(`calendar.houseRules.levels.${now}`) }];
  });
}

function wayChanges(before: unknown, after: unknown): Told[] {
  const [was, is] = [HouseRules.shape.travel.safeParse(before), HouseRules.shape.travel.safeParse(after)];
  if (!was.success || !is.success) return [];
  const usual = was.data.usualMinutes === is.data.usualMinutes ? [] : [{ field: 'usual', name: t('inspector.historyUsual'), was: minutesText(was.data.usualMinutes), is: minutesText(is.data.usualMinutes) }];
  const [old, now] = [was.data, is.data].map(({ ways }) => new Map(ways.map((way) => [wayKey(way.from, way.to), way])));
  const ways = [...new Map([...(old ?? []), ...(now ?? [])])].flatMap(([key, { from, to }]) => {
    const [first, last] = [old?.get(key)?.minutes, now?.get(key)?.minutes];
    const name = t('inspector.historyWay', { from: isolated(from), to: isolated(to) });
    return first === last ? [] : [{ field: key, name, was: minutesText(first), is: minutesText(last) }];
  });
  return [...usual, ...ways];
}

export const rulesChanges = (changed: HistoryEntry['changed']): Told[] =>
  changed.flatMap(({ field, before, after }) => (field === 'levels' ? levelChanges(before, after) : field === 'travel' ? wayChanges(before, after) : []));
