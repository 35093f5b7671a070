import { z } from 'zod';
import { asAddress, fromAddress } from './addressText.ts';
import { DELIVERY_ORIGINS, DELIVERY_STATES, DeliveryQuery, PRIORITIES, type DeliveryState } from './deliveries.ts';
import { Instant } from './primitives.ts';
import { err, ok, type Result } from './result.ts';

/** The page of deliveries with its narrowing, as an address, and what the page asks with it. */

export const DELIVERY_SPANS = ['hour', 'day', 'week'] as const;
export type DeliverySpan = (typeof DELIVERY_SPANS)[number];
const SPAN_MS: Readonly<Record<DeliverySpan, number>> = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };

const SYSTEM = /^[a-z0-9][a-z0-9-]{0,59}$/;

/** Filters; null or none = all of them. `last` counts back from now, `from` and `to` (to the second) are fixed; only one of the two ways. */
export const DeliveriesPlace = z.object({
  view: z.literal('deliveries'),
  system: z.string().regex(SYSTEM).nullable(),
  connectionId: z.uuid().nullable(),
  weddingId: z.uuid().nullable(),
  states: z.array(z.enum(DELIVERY_STATES)),
  origin: z.enum(DELIVERY_ORIGINS).nullable(),
  priority: z.enum(PRIORITIES).nullable(),
  last: z.enum(DELIVERY_SPANS).nullable(),
  from: Instant.nullable(),
  to: Instant.nullable(),
  text: z.string().min(2).max(200).nullable(),
  /** About its attempts, as {@link DeliveryQuery} has them. */
  tryCode: DeliveryQuery.shape.tryCode.unwrap().nullable(),
  tryStatus: DeliveryQuery.shape.tryStatus.unwrap().nullable(),
  slowerThan: DeliveryQuery.shape.slowerThan.unwrap().nullable(),
  moreThan: DeliveryQuery.shape.moreThan.unwrap().nullable(),
  tryFrom: Instant.nullable(),
  tryTo: Instant.nullable(),
});
export type DeliveriesPlace = z.infer<typeof DeliveriesPlace>;
/** No narrowing by attempts. */
export const ANY_TRIES = { tryCode: null, tryStatus: null, slowerThan: null, moreThan: null, tryFrom: null, tryTo: null } as const satisfies Partial<DeliveriesPlace>;
export const ALL_DELIVERIES: DeliveriesPlace = {
  view: 'deliveries', system: null, connectionId: null, weddingId: null, states: [], origin: null, priority: null, last: null, from: null, to: null, text: null, ...ANY_TRIES,
};

/** `20261120t104300z` */
const STAMP = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z$/;
const stamp = (at: string): string => `${at.slice(0, 19).replace(/[-:]/g, '').toLowerCase()}z`;
function instant(text: string): string | null {
  const at = text.replace(STAMP, '$1-$2-$3T$4:$5:$6.000Z');
  return at !== text && Instant.safeParse(at).success ? at : null;
}

/** The parts of the address after `deliveries`, as the function below writes them: each at most once, in that order. */
export function formatDeliveries(place: DeliveriesPlace): string {
  const { system, connectionId, weddingId, states, origin, priority, last, from, to, text, tryCode, tryStatus, slowerThan, moreThan, tryFrom, tryTo } = place;
  const parts: readonly (readonly [string, string | null])[] = [
    ['system', system],
    ['connection', connectionId],
    ['wedding', weddingId],
    ['state', states.length === 0 ? null : states.join('-')],
    ['origin', origin],
    ['priority', priority],
    ['last', last],
    ['from', from === null ? null : stamp(from)],
    ['to', to === null ? null : stamp(to)],
    ['text', text === null ? null : asAddress(text)],
    ['code', tryCode === null ? null : asAddress(tryCode)],
    ['status', tryStatus],
    ['slower', slowerThan],
    ['more', moreThan],
    ['tried', tryFrom === null ? null : stamp(tryFrom)],
    ['until', tryTo === null ? null : stamp(tryTo)],
  ];
  return ['deliveries', ...parts.flatMap(([word, value]) => (value === null ? [] : [word, value]))].join('/');
}

const FIELDS: Readonly<Record<string, (value: string) => Partial<DeliveriesPlace> | null>> = {
  system: (system) => ({ system }),
  connection: (connectionId) => ({ connectionId }),
  wedding: (weddingId) => ({ weddingId }),
  state: (value) => ({ states: value.split('-') as DeliveryState[] }),
  origin: (origin) => ({ origin: origin as DeliveriesPlace['origin'] }),
  priority: (priority) => ({ priority: priority as DeliveriesPlace['priority'] }),
  last: (last) => ({ last: last as DeliverySpan }),
  from: (value) => ({ from: instant(value) }),
  to: (value) => ({ to: instant(value) }),
  text: (value) => ({ text: fromAddress(value) }),
  code: (value) => ({ tryCode: fromAddress(value) }),
  status: (tryStatus) => ({ tryStatus }),
  slower: (slowerThan) => ({ slowerThan }),
  more: (moreThan) => ({ moreThan }),
  tried: (value) => ({ tryFrom: instant(value) }),
  until: (value) => ({ tryTo: instant(value) }),
};

/** Inverse of {@link formatDeliveries}; anything but what it writes is refused. */
export function parseDeliveries(parts: readonly string[]): Result<DeliveriesPlace, 'unknown_place' | 'bad_id'> {
  let place: DeliveriesPlace = ALL_DELIVERIES;
  for (let at = 0; at < parts.length; at += 2) {
    const [word = '', value] = parts.slice(at, at + 2);
    const field = Object.hasOwn(FIELDS, word) ? FIELDS[word] : undefined;
    if (field === undefined || value === undefined) return err('unknown_place');
    place = { ...place, ...field(value) };
  }
  const checked = DeliveriesPlace.safeParse(place);
  if (!checked.success) return err('bad_id');
  return formatDeliveries(checked.data) === ['deliveries', ...parts].join('/') ? ok(checked.data) : err('unknown_place');
}

/** A page of the search; `before` is the cursor of the page before it. */
export const DeliverySearch = z.strictObject({ ...DeliveryQuery.shape, before: DeliveryQuery.shape.before.unwrap().nullable() });
export type DeliverySearch = z.infer<typeof DeliverySearch>;

/** The narrowing of a place at `now`, in milliseconds; without the ends that it does not have. */
export function narrowingOf(place: DeliveriesPlace, now: number): Omit<DeliverySearch, 'before'> {
  const { system, connectionId, weddingId, states, origin, priority, last, text } = place;
  const tries = Object.keys(ANY_TRIES).flatMap((key) => {
    const value = place[key as keyof typeof ANY_TRIES];
    return value === null ? [] : [[key, value] as const];
  });
  const from = last === null ? place.from : new Date(now - SPAN_MS[last]).toISOString();
  return {
    ...(system === null ? {} : { system }),
    ...(connectionId === null ? {} : { connection: connectionId }),
    ...(weddingId === null ? {} : { wedding: weddingId }),
    ...(states.length === 0 ? {} : { state: states.join(',') }),
    ...(origin === null ? {} : { origin }),
    ...(priority === null ? {} : { priority }),
    ...(from === null ? {} : { from }),
    ...(place.to === null || last !== null ? {} : { to: place.to }),
    ...(text === null ? {} : { text }),
    ...Object.fromEntries(tries),
  };
}

/** Path and query of a search. */
export function searchPath(path: string, search: DeliverySearch): string {
  const query = Object.entries(search).flatMap(([name, value]) => (value === undefined || value === null ? [] : [`${name}=${encodeURIComponent(String(value))}`]));
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
