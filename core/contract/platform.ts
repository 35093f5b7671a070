import { z } from 'zod';
import { Instant, LocalDate } from './primitives.ts';
import { CONNECTION_HEALTH } from './record/connections.ts';

/**
 * Figures over all organisations of a server, for whoever runs it: numbers only, of nobody's people and of no wedding (API-18, ADM-14).
 *
 * `GET /api/admin/analytics`, by the session of an account that is marked as the platform's own and that proved its second factor by a code
 * when it signed in. 401 `auth.signed_out`; 403 `auth.forbidden` = not marked; 403 `auth.second_factor_needed` = marked, but signed in
 * without a code.
 */

/** The days that are told: the last one is today, UTC, and runs. */
export const ANALYTICS_DAYS = 30;

const Count = z.int().min(0);

export const PlatformAnalytics = z.object({
  /** When it was counted; what is told again within a minute was counted then. */
  at: Instant,
  from: LocalDate,
  /** `demo` = of them those that were made for trying out. */
  organisations: z.object({ count: Count, demo: Count }),
  /** Let in and not revoked; `seen` = of them within 24 hours. */
  devices: z.object({ count: Count, seen: Count }),
  /** As they stand now, by name of the system. */
  connections: z.array(z.object({ system: z.string(), health: z.enum(CONNECTION_HEALTH), count: Count })),
  /** One for each day, the oldest first. `worked` = used, of no interest, or of no wedding yet. */
  deliveries: z.array(z.object({ day: LocalDate, received: Count, refused: Count, worked: Count })),
  /** Given up, and nobody has seen to them. `oldestMs` = since the oldest was received, in milliseconds; null = there is none. */
  deadLetters: z.object({ count: Count, oldestMs: Count.nullable() }),
  /** Entries of other people's calendars: written since `from`; failed = as it stands now. */
  pushes: z.object({ written: Count, failed: Count }),
  /** Raised since `from`; of them seen by somebody, and within how many milliseconds half of those were. Null = none was. */
  alerts: z.object({ raised: Count, acknowledged: Count, medianToAcknowledgeMs: Count.nullable() }),
});
export type PlatformAnalytics = z.infer<typeof PlatformAnalytics>;

/** Opened by the session of a marked account, by no device. */
export const PLATFORM_HTTP = {
  analytics: { method: 'GET', path: '/api/admin/analytics', request: {}, success: PlatformAnalytics },
} as const;
