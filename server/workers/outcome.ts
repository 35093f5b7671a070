import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Heard } from '../../core/domain/record/plan.ts';
import { REMOVED } from '../store/removing.ts';
import type { ChannelNews } from '../../core/vendors/calendars.ts';
import type { Hint, Normalise, Origin, VendorModule } from '../../core/vendors/vendor.ts';

/** A stored delivery as the worker holds it. */
export interface DeliveryInHand {
  readonly id: string;
  readonly organisationId: string;
  readonly arrival: number;
  readonly connectionId: string;
  readonly system: string;
  readonly vendorEvent: string | null;
  readonly mediaType: string;
  readonly body: string;
  readonly receivedAt: string;
  readonly origin: Origin;
  /** Plain settings of its connection. */
  readonly settings: Readonly<Record<string, string>>;
  /** Attempts begun, this one included. */
  readonly attempts: number;
  /** Its connection is paused, by a person or because it failed for too long. */
  readonly paused: boolean;
  /** It was removed: nothing of it is worked on any more. */
  readonly removed?: boolean;
  /** A person has let it through: the brake does not look at it. */
  readonly letThrough: boolean;
  /** It is worked on again, as part of this; null = for the first time. */
  readonly replayId: string | null;
  /** In what state it was found. */
  readonly found: 'received' | 'waiting';
  /** It was taken before older ones of other connections, since its connection has something urgent. */
  readonly ahead: boolean;
}

/** A call of its source: how many milliseconds it took, and what was answered, where something was. */
export interface Called {
  readonly ms: number;
  readonly status?: number | undefined;
}

/** What a delivery turned out to mean, before anything is written. */
export type Outcome =
  /** `readAt`: when the source was asked, in milliseconds since the epoch; left out = the delivery itself says it. `ms`: how long that took now. */
  | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly readAt?: number; readonly ms?: number }
  | { readonly kind: 'ignored'; readonly why: string }
  /** Something has changed at the source; the next look there will tell. */
  | { readonly kind: 'poll'; readonly channels?: readonly ChannelNews[] }
  /** Its connection is paused; or `noLeave`: its vendor has taken the leave back that a re-read needs; or `why`: the desktop that keeps its key is not there or cannot. */
  | { readonly kind: 'held'; readonly noLeave?: true; readonly why?: ErrorCode }
  | ({ readonly kind: 'quarantined'; readonly code: ErrorCode; readonly message: string } & Partial<Called>)
  /** The objects have to be read from the source first. */
  | { readonly kind: 'reread'; readonly hints: readonly Hint[] }
  /** The source does not accept our access: it waits until it does, and is never set aside for it. */
  | ({ readonly kind: 'noAccess'; readonly code: Extract<ErrorCode, 'normalise.no_access'>; readonly message: string } & Called)
  /** The source did not answer; to be tried again. */
  | ({ readonly kind: 'unanswered'; readonly code: ErrorCode; readonly message: string; readonly retryAfterMs: number | null } & Called);

/** When the facts of a delivery were told. */
export const heardOf = ({ receivedAt }: Pick<DeliveryInHand, 'receivedAt'>, readAt: number | undefined): Heard => ({ readAt: readAt ?? null, receivedAt: Date.parse(receivedAt) });

export interface Work {
  readonly delivery: DeliveryInHand;
  readonly outcome: Outcome;
}

export const quarantined = (code: ErrorCode, message: string): Outcome => ({ kind: 'quarantined', code, message });
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Text that no database column or JSON value can hold (NUL, half a surrogate pair) is dropped; the stored body keeps it. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed() as T;
  if (Array.isArray(value)) return value.map((one: unknown) => storable(one)) as T;
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, storable<unknown>(one)])) as T;
  return value;
}

/** What reads a delivery of this origin. */
const readerOf = (vendor: VendorModule, origin: Exclude<Origin, 'test'>): Normalise | undefined => vendor[origin]?.normalise;

/** Never throws: a vendor folder that fails on a body is a reason to quarantine that body, not to stop the line. */
export function understand(delivery: DeliveryInHand, vendors: (system: string) => VendorModule | null): Outcome {
  // It was on its way while somebody removed the connection.
  if (delivery.removed === true) return { kind: 'ignored', why: REMOVED };
  if (delivery.paused) return { kind: 'held' };
  const vendor = vendors(delivery.system);
  if (!vendor) return quarantined('normalise.event_unknown', `No vendor folder is installed for ${delivery.system}.`);
  try {
    // Ours, and in nobody's shape: that it has come this far is what it was to show.
    if (delivery.origin === 'test') return { kind: 'ignored', why: 'a test event, understood' };
    const { body: bodyText, mediaType, vendorEvent, receivedAt, settings } = delivery;
    const normalise = readerOf(vendor, delivery.origin);
    if (!normalise) return quarantined('normalise.event_unknown', `${delivery.system} does not take a ${delivery.origin}.`);
    const normalised = normalise({ bodyText, mediaType, vendorEvent, receivedAt, settings });
    if (!normalised.ok) return quarantined(normalised.error.code, normalised.error.message);
    const meaning = normalised.value;
    if (meaning.kind === 'changes') return { kind: 'changes', changes: storable(meaning.changes) };
    if (meaning.kind === 'reread' && !vendor.reread) return quarantined('normalise.shape_unknown', `${delivery.system} asks for a re-read but has none.`);
    if (meaning.kind === 'poll' && !vendor.poll) return quarantined('normalise.shape_unknown', `${delivery.system} asks to be looked at but has no poll.`);
    return meaning;
  } catch (error) {
    return quarantined('normalise.shape_unknown', messageOf(error));
  }
}

/** Waits double from two seconds up to ten minutes, each shortened by chance so that many do not come at once. */
export function backoffMs(attempt: number, random: number, retryAfterMs: number | null): number {
  const full = Math.min(2_000 * 2 ** (attempt - 1), 600_000);
  return Math.round(Math.max(full * (0.5 + random / 2), retryAfterMs ?? 0));
}

/** With the waits above about an hour and a quarter: a source that is down over lunch costs nobody any work. */
export const MAX_ATTEMPTS = 16;
