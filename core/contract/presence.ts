import { z } from 'zod';
import { Role } from './access.ts';
import { Id, Instant, ShortText } from './primitives.ts';

/**
 * Who of the house is where. Passing by nature: it is told over the stream, kept in memory only, and never part of the
 * record. A client that says nothing is not listed; one that hears nothing loses nothing.
 */
export const PRESENCE_STATES = ['here', 'idle', 'away'] as const;
export const PresenceState = z.enum(PRESENCE_STATES);
export type PresenceState = z.infer<typeof PresenceState>;

/** A view of the console by name. Not an enumeration: a newer console may be somewhere that an older server has no name for. */
export const PresenceView = z.string().regex(/^[a-z][a-z_-]{0,39}$/);

/** Where one page or desktop is. */
export const PresencePlace = z.object({
  view: PresenceView,
  /** Null = on none in particular. */
  weddingId: Id.nullable(),
  state: PresenceState,
});
export type PresencePlace = z.infer<typeof PresencePlace>;

/** client -> server: `presence`, whenever it changes; the server takes one a second and the last one always. */
export const PresenceSay = PresencePlace.extend({
  /** The running program or page that says it: its next line replaces its last one. */
  page: Id,
});
export type PresenceSay = z.infer<typeof PresenceSay>;

/** One device; with several windows or tabs it is listed once, where it was last used. */
export const PresenceEntry = PresencePlace.extend({
  deviceId: Id,
  device: z.string().max(120),
  kind: z.enum(['desktop', 'browser', 'tool']),
  role: Role,
  /** Whose device it is; null = nobody's in particular, such as the machine at the front desk. */
  person: ShortText.nullable(),
  /** When `state` began. */
  since: Instant,
});
export type PresenceEntry = z.infer<typeof PresenceEntry>;

/** A venue has tens of consoles; beyond this the list is cut and `total` says how many there are. */
export const PRESENCE_LISTED = 100;

/** server -> client: `presence`, the whole list, whenever it changes. Only to those of the house. */
export const PresenceList = z.object({ entries: z.array(PresenceEntry).max(PRESENCE_LISTED), total: z.int().min(0) });
export type PresenceList = z.infer<typeof PresenceList>;
