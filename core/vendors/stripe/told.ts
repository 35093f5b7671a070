import { shortText } from '../fields.ts';

export type Body = Readonly<Record<string, unknown>>;

/** One event: what it is about, when it was, and the same in seconds, which order the states of a thing. */
export interface Told<T extends string = string> {
  readonly type: T;
  readonly object: Body;
  readonly at: string;
  readonly second: number;
}

/** An expandable reference: the id as text, or the object that has it. */
export function refId(value: unknown): string | null {
  if (typeof value === 'object' && value !== null) return refId((value as Body)['id']);
  return typeof value === 'string' && value !== '' && value.length <= 255 ? shortText(value, 255) : null;
}
