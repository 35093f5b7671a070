import type ICAL from 'ical.js';

/**
 * Rules that the library writes out otherwise than they are meant (RFC 5545, 3.3.10): weeks of the year, the tenth Monday and later, and a choice
 * from a set (`BYSETPOS`) but for one of weekdays; several rules of one series, and rules of what is left out (`EXRULE`). Read in silence such a
 * series would stand on days that nobody has said.
 */

type Recur = InstanceType<typeof ICAL.Recur>;

export class UnknownRule extends Error {
  constructor() {
    super('the calendar repeats by a rule that is not written out');
  }
}

const LARGE = /^[+-]?\d{2,}/;
const CLOCK = ['BYHOUR', 'BYMINUTE', 'BYSECOND'] as const;

/** One of a set: of one month, by its weekdays, at one time of day; or where the set is one. */
function choosesRightly({ freq }: Recur, values: (part: string) => readonly unknown[]): boolean {
  const [days, months] = [values('BYDAY').length, values('BYMONTH').length];
  const others = values('BYMONTHDAY').length + values('BYYEARDAY').length;
  if (CLOCK.some((part) => values(part).length > 1)) return false;
  if (freq === 'MONTHLY' && days > 0) return others === 0;
  if (freq === 'YEARLY' && days > 0) return others === 0 && months === 1;
  const one = values('BYSETPOS').every((position) => Math.abs(Number(position)) === 1);
  return one && days <= 1 && others <= 1 && (freq !== 'YEARLY' || months <= 1);
}

/** Throws {@link UnknownRule}. */
export function checkRule(rule: Recur): void {
  const parts = rule.parts as Readonly<Record<string, unknown>>;
  const values = (part: string): readonly unknown[] => {
    const value = parts[part];
    return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
  };
  const known = values('BYWEEKNO').length === 0 && !values('BYDAY').some((day) => LARGE.test(String(day)));
  if (!known || (values('BYSETPOS').length > 0 && !choosesRightly(rule, values))) throw new UnknownRule();
}

/** Throws {@link UnknownRule}. */
export function checkRules(event: InstanceType<typeof ICAL.Component>): void {
  if (event.getAllProperties('rrule').length > 1 || event.hasProperty('exrule')) throw new UnknownRule();
}
