import { z } from 'zod';
import { err, ok, type Result } from './result.ts';

export const DEEP_LINK_SCHEME = 'wedsync';

const CODE = /^[a-z0-9]{4}-?[a-z0-9]{4}$/;

/** Every place in the console that can be linked to. A link is parsed to this, never loaded as an address. */
export const Place = z.discriminatedUnion('view', [
  z.object({ view: z.literal('day'), weddingId: z.uuid().nullable(), alertId: z.uuid().nullable() }),
  z.object({ view: z.literal('integrations'), connectionId: z.uuid().nullable() }),
  z.object({ view: z.literal('settings') }),
  z.object({ view: z.literal('people') }),
  /** Letting a desktop in; the code that it shows, in small letters, or null = to be typed. */
  z.object({ view: z.literal('pair'), code: z.string().regex(CODE).nullable() }),
]);
export type Place = z.infer<typeof Place>;

export type DeepLinkError = 'not_a_link' | 'unknown_place' | 'bad_id';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * Strict grammar, whole string, nothing decoded, no query and no fragment:
 *
 *   wedsync://day   wedsync://wedding/ID   wedsync://wedding/ID/alert/ID   wedsync://alert/ID
 *   wedsync://integrations   wedsync://integrations/ID   wedsync://settings
 *   wedsync://people   wedsync://pair   wedsync://pair/abcd-efgh
 *
 * One trailing slash is allowed, because some systems add it.
 */
export function parseDeepLink(text: string): Result<Place, DeepLinkError> {
  const match = /^wedsync:\/\/([a-z]+(?:\/[a-z0-9-]+)*)\/?$/.exec(text);
  if (!match) return err('not_a_link');
  const [head, a, b, c, ...rest] = (match[1] ?? '').split('/');
  if (rest.length > 0) return err('unknown_place');
  const ids = [a, c].filter((part): part is string => part !== undefined);
  const id = (value: string | undefined) => value !== undefined && UUID.test(value);
  if (head === 'day' && a === undefined) return ok({ view: 'day', weddingId: null, alertId: null });
  if (head === 'settings' && a === undefined) return ok({ view: 'settings' });
  if (head === 'integrations' && a === undefined) return ok({ view: 'integrations', connectionId: null });
  if (head === 'people' && a === undefined) return ok({ view: 'people' });
  if (head === 'pair' && a === undefined) return ok({ view: 'pair', code: null });
  if (head === 'pair' && b === undefined) return a !== undefined && CODE.test(a) ? ok({ view: 'pair', code: a }) : err('bad_id');
  if (!ids.every(id)) return err('bad_id');
  if (head === 'integrations' && a !== undefined && b === undefined) return ok({ view: 'integrations', connectionId: a });
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
    case 'integrations':
      return place.connectionId ? `wedsync://integrations/${place.connectionId}` : 'wedsync://integrations';
    case 'settings':
      return 'wedsync://settings';
    case 'people':
      return 'wedsync://people';
    case 'pair':
      return place.code ? `wedsync://pair/${place.code}` : 'wedsync://pair';
  }
}
