import type { Severity } from '../../contract/record/row.ts';
import type { Shown } from '../slots.ts';
import { dayOf } from '../wallTime.ts';
import { LIMITS } from './manifest.ts';

/** From a forecast by the hour to what a house wants to know: one notice for each kind and day. */

/** One hour, from `at` (seconds since the epoch); null = the model does not say. */
export interface Hour {
  readonly at: number;
  readonly gust: number | null;
  readonly rain: number | null;
  readonly temperature: number | null;
  readonly code: number | null;
}

export type Kind = 'gusts' | 'rain' | 'heat' | 'cold' | 'thunder';

export interface State {
  readonly kind: Kind;
  readonly day: string;
  readonly zone: string;
  readonly severity: Severity;
  /** UTC instants: from the first such hour to the end of the last. */
  readonly from: string;
  readonly to: string;
  /** The worst of them, rounded so that a forecast that only breathes is the same. */
  readonly worst: number;
  readonly limit: number;
}

/** The WMO's codes for thunderstorms; the last two come with hail. */
const THUNDER = [95, 96, 99];

interface Rule {
  readonly kind: Kind;
  readonly limit: number;
  /** How far beyond: null = it is not. Bigger is worse. */
  value(hour: Hour): number | null;
  round(value: number): number;
  severity(worst: number): Severity;
}

const numberIn = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : otherwise;
};
const steps = (size: number) => (value: number): number => Math.round(value / size) * size;

function rulesFor(settings: Readonly<Record<string, string>>): Rule[] {
  const gust = numberIn(settings['gustKmh'], LIMITS.gustKmh);
  const rain = numberIn(settings['rainMmPerHour'], LIMITS.rainMmPerHour);
  const heat = numberIn(settings['heatC'], LIMITS.heatC);
  const frost = numberIn(settings['frostC'], LIMITS.frostC);
  const over = (limit: number, pick: (hour: Hour) => number | null) => (hour: Hour): number | null => {
    const value = pick(hour);
    return value !== null && value >= limit ? value : null;
  };
  return [
    // 75 km/h is a gale that takes roofs off marquees, 103 a storm.
    {
      kind: 'gusts',
      limit: gust,
      value: over(gust, (hour) => hour.gust),
      round: steps(5),
      severity: (worst) => (worst >= 103 ? 'emergency' : worst >= 75 ? 'critical' : 'warning'),
    },
    {
      kind: 'rain',
      limit: rain,
      value: over(rain, (hour) => hour.rain),
      round: steps(1),
      severity: (worst) => (worst >= 20 ? 'critical' : worst >= 8 ? 'warning' : 'notice'),
    },
    {
      kind: 'heat',
      limit: heat,
      value: over(heat, (hour) => hour.temperature),
      round: steps(1),
      severity: (worst) => (worst >= 40 ? 'critical' : worst >= 35 ? 'warning' : 'notice'),
    },
    {
      kind: 'cold',
      limit: frost,
      round: steps(1),
      severity: (worst) => (-worst <= -10 ? 'warning' : 'notice'),
      value: (hour) => (hour.temperature !== null && hour.temperature <= frost ? -hour.temperature : null),
    },
    ...(settings['thunder'] === 'no'
      ? []
      : [
          {
            kind: 'thunder' as const,
            limit: 0,
            round: steps(1),
            severity: (worst: number): Severity => (worst > 95 ? 'critical' : 'warning'),
            value: (hour: Hour) => (hour.code !== null && THUNDER.includes(hour.code) ? hour.code : null),
          },
        ]),
  ];
}

/** Hours that are over say nothing any more, unless more of the same day is to come. */
export function noticesOf(hours: readonly Hour[], zone: string, settings: Readonly<Record<string, string>>, now: number): Shown[] {
  const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return rulesFor(settings).flatMap((rule): Shown[] => {
    const days = new Map<string, { at: number; value: number }[]>();
    for (const hour of hours) {
      const value = rule.value(hour);
      if (value === null) continue;
      const day = dayOf(instant(hour.at), zone);
      days.set(day, [...(days.get(day) ?? []), { at: hour.at, value }]);
    }
    return [...days].flatMap(([day, found]): Shown[] => {
      const [from, to] = [Math.min(...found.map((one) => one.at)), Math.max(...found.map((one) => one.at)) + 3600];
      if (to * 1000 <= now) return [];
      const worst = rule.round(Math.max(...found.map((one) => one.value)));
      const shown = rule.kind === 'cold' ? -worst + 0 : worst;
      const state: State = {
        kind: rule.kind,
        day,
        zone,
        severity: rule.severity(worst),
        from: instant(from),
        to: instant(to),
        worst: shown,
        limit: rule.limit,
      };
      return [{ slot: `${rule.kind}.${day}`, state: { ...state }, until: to * 1000 }];
    });
  });
}
