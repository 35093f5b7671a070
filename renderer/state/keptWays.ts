import { z } from 'zod';
import { Id, Instant, ShortText } from '../../core/contract/primitives.ts';
import { FOLLOWING } from '../../core/contract/record/row.ts';
import { MOVABLE } from '../../core/contract/record/taking.ts';
import { pageLog } from './pageLog.ts';

/**
 * What stood before the last decisions of this machine, so that they can be put back after a reload or a restart. It is of one device in one
 * log: whoever is let in here next is another device, and is neither shown it nor can use it.
 */

const KEY = 'wedsync.ways';
const MOST = 20;
const WEEK_MS = 7 * 86_400_000;

const Stood = z.object({ collection: z.enum(FOLLOWING), id: Id, startsAt: Instant.nullish(), endsAt: Instant.nullish(), callTime: Instant.nullish(), place: ShortText.nullish() });
const Placed = z.object({ collection: z.enum(MOVABLE), id: Id, resourceId: Id, startsAt: Instant, endsAt: Instant });
const Way = z.discriminatedUnion('of', [
  /** `to`: where the plan has put them. */
  z.object({ of: z.literal('plan'), moves: z.array(Placed.extend({ follow: z.array(Stood).max(150) })).max(50), to: z.array(Placed).max(50) }),
  z.object({ of: z.literal('follow'), alertId: Id, startsAt: Instant, rows: z.array(Stood).max(150) }),
]);
/** What stood before something that can be put back: what a plan has moved, or what somebody let follow and for which start of its wedding. */
export type Way = z.infer<typeof Way>;
export type Stood = z.infer<typeof Stood>;

const KeptWay = z.object({ commandId: Id, at: Instant, recorded: z.boolean(), way: Way });
export type KeptWay = z.infer<typeof KeptWay>;
const Kept = z.object({ deviceId: Id, epoch: z.string().max(100), ways: z.array(KeptWay).max(MOST) });

export interface Owner {
  readonly deviceId: string;
  readonly epoch: string;
}

/** The oldest first; none of another device, of another log, or from more than a week ago. */
export function readWays({ deviceId, epoch }: Owner, now: number): readonly KeptWay[] {
  try {
    const parsed = Kept.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
    if (!parsed.success || parsed.data.deviceId !== deviceId || parsed.data.epoch !== epoch) return [];
    return parsed.data.ways.filter(({ at }) => Date.parse(at) > now - WEEK_MS);
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'what can be put back could not be read');
    return [];
  }
}

/** In the place of all that was kept before; the last twenty of them. */
export function keepWays({ deviceId, epoch }: Owner, ways: readonly KeptWay[]): void {
  try {
    if (ways.length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ deviceId, epoch, ways: ways.slice(-MOST) } satisfies z.infer<typeof Kept>));
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'what can be put back could not be kept');
  }
}

export function forgetWays(): void {
  try {
    localStorage.removeItem(KEY);
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'what can be put back could not be forgotten');
  }
}
