import { z } from 'zod';
import { CalendarPlace, formatCalendar, parseCalendar } from './calendarPlace.ts';
import { DeliveriesPlace, formatDeliveries, parseDeliveries } from './deliveryPlace.ts';
import { FeedAbout } from './feeds.ts';
import { MESSAGE_CHANNELS } from './record/people.ts';
import { err, ok, type Result } from './result.ts';

export const DEEP_LINK_SCHEME = 'wedsync';

const SYSTEM = /^[a-z][a-z0-9-]{0,59}$/;
const CODE = /^[a-z0-9]{4}-?[a-z0-9]{4}$/;

/** Every place in the console that can be linked to. A link is parsed to this, never loaded as an address. */
export const Place = z.discriminatedUnion('view', [
  z.object({ view: z.literal('day'), weddingId: z.uuid().nullable(), alertId: z.uuid().nullable() }),
  /** Filters; null = all of them. */
  z.object({ view: z.literal('messages'), channel: z.enum(MESSAGE_CHANNELS).nullable(), weddingId: z.uuid().nullable() }),
  /** `calendarId`: one of the connection's calendars. */
  z.object({ view: z.literal('integrations'), connectionId: z.uuid().nullable(), calendarId: z.uuid().optional() }),
  /** Calendar feeds given out; one about this is to be made, null = which is still to be chosen, or none. */
  z.object({ view: z.literal('feeds'), about: FeedAbout.nullable() }),
  /** The page on which couples ask for a day, as the house sets it. */
  z.object({ view: z.literal('enquiries') }),
  DeliveriesPlace,
  /** Connecting a system; null = which one is still to be chosen. */
  z.object({ view: z.literal('connect'), system: z.string().regex(SYSTEM).nullable() }),
  /** Taking a file in over a connection. */
  z.object({ view: z.literal('import'), connectionId: z.uuid() }),
  CalendarPlace,
  z.object({ view: z.literal('settings') }),
  z.object({ view: z.literal('people') }),
  /** Letting a desktop in; the code that it shows, in small letters, or null = to be typed. */
  z.object({ view: z.literal('pair'), code: z.string().regex(CODE).nullable() }),
]);
export type Place = z.infer<typeof Place>;

export type DeepLinkError = 'not_a_link' | 'unknown_place' | 'bad_id';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

type Messages = Extract<Place, { view: 'messages' }>;
const isChannel = (part: string | undefined): part is NonNullable<Messages['channel']> => MESSAGE_CHANNELS.some((name) => name === part);

/** Nothing, `house`, `resource/ID` or `wedding/ID`. */
function parseFeeds([kind, id, ...more]: readonly string[]): Result<Extract<Place, { view: 'feeds' }>, DeepLinkError> {
  if (more.length > 0) return err('unknown_place');
  if (kind === undefined) return ok({ view: 'feeds', about: null });
  if (kind === 'house' && id === undefined) return ok({ view: 'feeds', about: { kind } });
  if ((kind !== 'resource' && kind !== 'wedding') || id === undefined) return err('unknown_place');
  return UUID.test(id) ? ok({ view: 'feeds', about: { kind, id } }) : err('bad_id');
}

/** `CHANNEL`, `wedding/ID`, both or nothing. */
function parseMessages(parts: readonly string[]): Result<Messages, DeepLinkError> {
  const [first] = parts;
  const channel = isChannel(first) ? first : null;
  const [word, weddingId, ...more] = channel === null ? parts : parts.slice(1);
  if (word === undefined) return ok({ view: 'messages', channel, weddingId: null });
  if (word !== 'wedding' || weddingId === undefined || more.length > 0) return err('unknown_place');
  return UUID.test(weddingId) ? ok({ view: 'messages', channel, weddingId }) : err('bad_id');
}

/**
 * Strict grammar, whole string, nothing decoded, no query and no fragment:
 *
 *   wedsync://day   wedsync://wedding/ID   wedsync://wedding/ID/alert/ID   wedsync://alert/ID
 *   wedsync://messages   wedsync://messages/sms   wedsync://messages/wedding/ID   wedsync://messages/sms/wedding/ID
 *   wedsync://integrations   wedsync://integrations/ID   wedsync://integrations/ID/calendar/ID   wedsync://settings
 *   wedsync://feeds   wedsync://feeds/house   wedsync://feeds/resource/ID   wedsync://feeds/wedding/ID
 *   wedsync://enquiries
 *   wedsync://deliveries   wedsync://deliveries/connection/ID/state/parked-dead/last/day   (see `deliveryPlace.ts`)
 *   wedsync://connect   wedsync://connect/studio-ninja   wedsync://import/ID
 *   wedsync://conflicts   wedsync://conflicts/ID   wedsync://conflicts/scale/week/on/20261120   (see `calendarPlace.ts`)
 *   wedsync://people   wedsync://pair   wedsync://pair/abcd-efgh
 *
 * One trailing slash is allowed, because some systems add it.
 */
export function parseDeepLink(text: string): Result<Place, DeepLinkError> {
  const match = /^wedsync:\/\/([a-z]+(?:\/[a-z0-9-]+)*)\/?$/.exec(text);
  if (!match) return err('not_a_link');
  const parts = (match[1] ?? '').split('/');
  if (parts[0] === 'deliveries') return parseDeliveries(parts.slice(1));
  if (parts[0] === 'conflicts') return parseCalendar(parts.slice(1));
  if (parts[0] === 'feeds') return parseFeeds(parts.slice(1));
  const [head, a, b, c, ...rest] = parts;
  if (rest.length > 0) return err('unknown_place');
  if (head === 'messages') return parseMessages([a, b, c].filter((part) => part !== undefined));
  const ids = [a, c].filter((part): part is string => part !== undefined);
  const id = (value: string | undefined) => value !== undefined && UUID.test(value);
  if (head === 'day' && a === undefined) return ok({ view: 'day', weddingId: null, alertId: null });
  if (head === 'settings' && a === undefined) return ok({ view: 'settings' });
  if (head === 'integrations' && a === undefined) return ok({ view: 'integrations', connectionId: null });
  if (head === 'enquiries' && a === undefined) return ok({ view: 'enquiries' });
  if (head === 'people' && a === undefined) return ok({ view: 'people' });
  if (head === 'pair' && a === undefined) return ok({ view: 'pair', code: null });
  if (head === 'pair' && b === undefined) return a !== undefined && CODE.test(a) ? ok({ view: 'pair', code: a }) : err('bad_id');
  if (head === 'connect' && a === undefined) return ok({ view: 'connect', system: null });
  if (head === 'connect' && a !== undefined && b === undefined) return SYSTEM.test(a) ? ok({ view: 'connect', system: a }) : err('bad_id');
  if (!ids.every(id)) return err('bad_id');
  if (head === 'import' && a !== undefined && b === undefined) return ok({ view: 'import', connectionId: a });
  if (head === 'integrations' && a !== undefined && b === undefined) return ok({ view: 'integrations', connectionId: a });
  if (head === 'integrations' && a !== undefined && b === 'calendar' && c !== undefined) return ok({ view: 'integrations', connectionId: a, calendarId: c });
  if (head === 'alert' && a !== undefined && b === undefined) return ok({ view: 'day', weddingId: null, alertId: a });
  if (head === 'wedding' && a !== undefined && b === undefined) return ok({ view: 'day', weddingId: a, alertId: null });
  if (head === 'wedding' && a !== undefined && b === 'alert' && c !== undefined) return ok({ view: 'day', weddingId: a, alertId: c });
  return err('unknown_place');
}

/** Inverse of {@link parseDeepLink}. */
export function formatDeepLink(place: Place): string {
  switch (place.view) {
    case 'day':
      if (place.weddingId && place.alertId) return `wedsync://wedding/${place.weddingId}/alert/${place.alertId}`;
      if (place.weddingId) return `wedsync://wedding/${place.weddingId}`;
      if (place.alertId) return `wedsync://alert/${place.alertId}`;
      return 'wedsync://day';
    case 'messages':
      return ['wedsync://messages', ...(place.channel ? [place.channel] : []), ...(place.weddingId ? [`wedding/${place.weddingId}`] : [])].join('/');
    case 'integrations':
      if (place.connectionId && place.calendarId) return `wedsync://integrations/${place.connectionId}/calendar/${place.calendarId}`;
      return place.connectionId ? `wedsync://integrations/${place.connectionId}` : 'wedsync://integrations';
    case 'feeds':
      return ['wedsync://feeds', ...(place.about === null ? [] : place.about.kind === 'house' ? ['house'] : [place.about.kind, place.about.id])].join('/');
    case 'enquiries':
      return 'wedsync://enquiries';
    case 'deliveries':
      return `wedsync://${formatDeliveries(place)}`;
    case 'connect':
      return place.system ? `wedsync://connect/${place.system}` : 'wedsync://connect';
    case 'import':
      return `wedsync://import/${place.connectionId}`;
    case 'conflicts':
      return `wedsync://${formatCalendar(place)}`;
    case 'settings':
      return 'wedsync://settings';
    case 'people':
      return 'wedsync://people';
    case 'pair':
      return place.code ? `wedsync://pair/${place.code}` : 'wedsync://pair';
  }
}
