import { z } from 'zod';
import { Id, Instant } from './primitives.ts';
import { CONNECTION_HEALTH } from './record/connections.ts';

/**
 * What each connection has done over a while (CRM-67 to CRM-71, API-18): what came, what was refused, what became of it, what
 * was asked of the source, and when it failed. Counts of what happened in that time: a delivery that was set aside and worked
 * on again is in both.
 */

const Health = z.enum(CONNECTION_HEALTH);

/** 24 slots of an hour; 28 of six hours; 30 UTC days. The last one is the one that runs. */
export const FIGURE_WINDOWS = ['24h', '7d', '30d'] as const;
export const FigureWindow = z.enum(FIGURE_WINDOWS);
export type FigureWindow = z.infer<typeof FigureWindow>;

/** How long something took: in milliseconds, what half (`p50Ms`) or 95 of 100 (`p95Ms`) kept within; the upper end of a fixed step, so never too low. Null = nothing was measured, or, with a `count`, it was longer than seven days. */
export const Spread = z.object({ count: z.int(), p50Ms: z.int().nullable(), p95Ms: z.int().nullable() });
export type Spread = z.infer<typeof Spread>;

/** What a call to a source came to when it brought nothing: nobody answered, they failed (5xx), they asked for less (429), they did not accept our access (401, 403), or they did not take it (any other 4xx but 404 and 410, which are answers). */
export const CALL_FAILURES = ['no_answer', 'failing', 'too_many', 'no_access', 'rejected'] as const;
export const CallFailure = z.enum(CALL_FAILURES);
export type CallFailure = z.infer<typeof CallFailure>;

/** What a call is for. */
export const CALL_PURPOSES = ['look', 'reread', 'test', 'renew', 'write'] as const;
export const CallPurpose = z.enum(CALL_PURPOSES);
export type CallPurpose = z.infer<typeof CallPurpose>;

/** How facts come in. */
export const CAME_BY = ['webhook', 'mail', 'poll', 'feed', 'file'] as const;
export const CameBy = z.enum(CAME_BY);
export type CameBy = z.infer<typeof CameBy>;

export const Figures = z.object({
  /** Deliveries that were stored for the first time. */
  came: z.int(),
  by: z.array(z.object({ by: CameBy, count: z.int() })),
  /** Known already; nothing was stored. */
  duplicates: z.int(),
  /** Calls that were turned away at the door, and why, most often first. */
  refused: z.int(),
  refusals: z.array(z.object({ code: z.string(), count: z.int() })),
  /** In the record, or of no interest. */
  worked: z.int(),
  /** In the record, and of no wedding yet. */
  parked: z.int(),
  /** Not understood, or refused by the source for good. */
  setAside: z.int(),
  /** Tried as often as it is worth. */
  dead: z.int(),
  /** Kept back by a pause, the brake, or a computer that is away. */
  held: z.int(),
  /** From arrival to the record; without what a person has let through or worked on again, or that was imported from a file. */
  toRecord: Spread,
  calls: z.object({
    count: z.int(),
    failed: z.int(),
    failures: z.array(z.object({ why: CallFailure, count: z.int() })),
    purposes: z.array(z.object({ purpose: CallPurpose, count: z.int() })),
    /** Not made, because the source had asked to be left alone. */
    spared: z.int(),
    /** Until the answer, or until it was given up. */
    took: Spread,
  }),
});
export type Figures = z.infer<typeof Figures>;

/** When it failed or was disabled. `until` null = still. */
export const Outage = z.object({ from: Instant, until: Instant.nullable(), health: Health, reason: z.string().nullable() });
export type Outage = z.infer<typeof Outage>;

/** Of the time that is judged: neither before it was connected, nor while it was paused or waited for somebody. */
export const Availability = z.object({
  /** With two decimals, never rounded up to 100; null = no time is judged. */
  percent: z.number().nullable(),
  judgedMs: z.int(),
  downMs: z.int(),
  /** The newest first, 20 at most. */
  outages: z.array(Outage),
  /** Of all, also those that are not listed. */
  outageCount: z.int(),
});
export type Availability = z.infer<typeof Availability>;

/** The last thing that went wrong within the window: at the door (`refused`), in a call to the source (`call`, then `code` is a `CallFailure`), or with a delivery. */
export const LastFault = z.object({ at: Instant, what: z.enum(['refused', 'call', 'delivery']), code: z.string() });
export type LastFault = z.infer<typeof LastFault>;

/** A step of the time axis. */
export const FigureSlot = z.object({
  from: Instant,
  came: z.int(),
  refused: z.int(),
  /** Used, of no interest, or of no wedding yet. */
  worked: z.int(),
  /** Set aside and dead. */
  troubled: z.int(),
  calls: z.int(),
  callsFailed: z.int(),
  toRecordP95Ms: z.int().nullable(),
  tookP95Ms: z.int().nullable(),
});
export type FigureSlot = z.infer<typeof FigureSlot>;

const Over = z.object({
  at: Instant,
  window: FigureWindow,
  /** Begin of the first slot. */
  from: Instant,
  /** Length of each slot in milliseconds. */
  slotMs: z.int(),
});

export const ConnectionFigures = z.object({
  connectionId: Id,
  name: z.string(),
  system: z.string(),
  health: Health,
  /** Nothing is known of what was before. */
  countedSince: Instant,
  figures: Figures,
  availability: Availability,
  lastFault: LastFault.nullable(),
  slots: z.array(FigureSlot),
});
export type ConnectionFigures = z.infer<typeof ConnectionFigures>;

/** `GET /api/integrations/:id/figures` */
export const ConnectionFiguresAnswer = Over.extend({ connection: ConnectionFigures });
export type ConnectionFiguresAnswer = z.infer<typeof ConnectionFiguresAnswer>;

export const SystemFigures = z.object({ system: z.string(), connections: z.int(), figures: Figures, availability: Availability.pick({ percent: true, judgedMs: true, downMs: true }) });
export type SystemFigures = z.infer<typeof SystemFigures>;

/** `GET /api/integrations/figures` */
export const FiguresAnswer = Over.extend({
  countedSince: Instant,
  /** By name. */
  connections: z.array(ConnectionFigures),
  systems: z.array(SystemFigures),
  /** Of all together. */
  figures: Figures,
  slots: z.array(FigureSlot),
  /** To which most came; null = nothing came. */
  busiest: Id.nullable(),
  /** The one that troubles most: the longest outage, then most that went wrong; null = nothing went wrong. */
  worst: Id.nullable(),
});
export type FiguresAnswer = z.infer<typeof FiguresAnswer>;

/** 24h where it is left out. */
export const FiguresQuery = z.strictObject({ window: FigureWindow.optional() });

export const FIGURES_HTTP = {
  figures: { method: 'GET', path: '/api/integrations/figures', request: { query: FiguresQuery }, success: FiguresAnswer, media: ['text/csv'] },
  connectionFigures: { method: 'GET', path: '/api/integrations/:id/figures', request: { params: z.object({ id: Id }), query: FiguresQuery }, success: ConnectionFiguresAnswer, media: ['text/csv'] },
} as const;
