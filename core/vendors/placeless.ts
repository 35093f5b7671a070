/**
 * Facts that a vendor tells and the record has no place for yet: how their names begin, and what they are about. They are
 * kept as they came, and the delivery says so.
 */
export type Placeless = readonly (readonly [begins: string, about: string])[];

export function whyIgnored(event: string, placeless: Placeless): string {
  const about = placeless.find(([begins]) => event.startsWith(begins))?.[1];
  return about === undefined ? `${event} is not needed for the record` : `${event} is kept as it came: the record has no place for ${about} yet`;
}
