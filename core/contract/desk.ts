import { z } from 'zod';
import { ReadChange } from './changes.ts';
import { DESK_CALENDAR_ANSWERS, DESK_CALENDAR_ASKS, DeskListened, DeskWritten } from './deskCalendars.ts';
import { ErrorCode } from './errors.ts';
import { Id } from './primitives.ts';
import { TryAnswer } from './systems.ts';

/**
 * Calls that one desktop makes for the server, because the key is in that desktop's keychain. The server decides what is
 * called and when; the desktop calls and says what came. No secret ever crosses.
 */

const Settings = z.record(z.string().max(60), z.string().max(8_000));
/** Raised with each change of who keeps the key: what was asked of a former keeper counts no more. */
export const Fence = z.int().min(0);

/** What is to be called; as the functions of `core/vendors/vendor.ts`. */
export const DeskAsk = z.discriminatedUnion('kind', [
  /**
   * One page from there on; null = from the beginning. `listened`: which calendars besides the one that is read in any case. `written`: entries of
   * ours that were written since the last whole look began; only to a desktop that knows of them ({@link DESK_WRITTEN}).
   */
  z.strictObject({ kind: z.literal('poll'), cursor: z.string().max(1_000_000).nullable(), listened: DeskListened.optional(), written: DeskWritten.optional() }),
  z.strictObject({ kind: z.literal('reread'), remoteType: z.string().max(400), remoteId: z.string().max(1_000) }),
  z.strictObject({ kind: z.literal('test') }),
  ...DESK_CALENDAR_ASKS,
]);
export type DeskAsk = z.infer<typeof DeskAsk>;

export const DeskTurn = z.object({
  turnId: Id,
  fence: Fence,
  connectionId: Id,
  system: z.string().max(60),
  settings: Settings,
  /** The secrets that this call may use. */
  keys: z.array(z.string().max(60)),
  ask: DeskAsk,
  /** Milliseconds that are left of it: nobody is called when they are over, since somebody else may have taken over. Left out = an older server. */
  leftMs: z.int().min(0).optional(),
});
export type DeskTurn = z.infer<typeof DeskTurn>;

/** Bytes of an answer, as JSON. What a source gives at once is smaller; see `egress`. */
export const DESK_ANSWER_BYTES = 8 * 1024 * 1024;

/** Why the desktop did not call; somebody has to see to it there. */
export const DESK_REFUSALS = ['desk.key_missing', 'desk.address_changed', 'desk.system_unknown', 'secrets.unavailable'] as const;
export type DeskRefusal = (typeof DESK_REFUSALS)[number];

const READ_FAILURES = [
  'normalise.reread_failed', 'normalise.no_access', 'normalise.forbidden', 'normalise.reread_refused', 'normalise.shape_unknown',
] as const;

export const DeskAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('page'),
    items: z.array(z.strictObject({ key: z.string().min(1).max(700), event: z.string().max(300), body: z.string().max(3_000_000) })).max(10_000),
    cursor: z.string().max(1_000_000),
    more: z.boolean(),
    /** Calendars that were passed over, with the last page; see `PollPage`. */
    unread: z.array(z.strictObject({ calendarRef: z.string().max(2_000), code: z.enum(READ_FAILURES) })).max(1_000).optional(),
  }),
  z.strictObject({ outcome: z.literal('changes'), changes: z.array(ReadChange).max(5_000) }),
  z.strictObject({ outcome: z.literal('tried'), tried: TryAnswer }),
  /** The source did not answer, or refused; as `RereadError`. */
  z.strictObject({
    outcome: z.literal('failed'),
    code: z.enum(READ_FAILURES),
    message: z.string().max(500),
    retryable: z.boolean(),
    retryAfterMs: z.number().min(0).max(86_400_000).nullable(),
  }),
  z.strictObject({ outcome: z.literal('refused'), code: z.enum(DESK_REFUSALS) }),
  ...DESK_CALENDAR_ANSWERS,
]);
export type DeskAnswer = z.infer<typeof DeskAnswer>;

/** Milliseconds that the server holds a question for turns open at most. */
export const DESK_WAIT_MS = 25_000;

/**
 * `POST /api/desk/turns`: waits until there is something to call. `run` names this run of the desktop: what a former run
 * took and never answered is given again. `kept` is everything that this device keeps; entries of others have gone; `marked` false = the
 * server has no mark of that key yet ({@link DeskMark}).
 */
const TurnsRequest = z.strictObject({ run: Id, waitMs: z.int().min(0).max(DESK_WAIT_MS) });
/** What a desktop can do besides reading, by name, with commas between. In the address, where a server that is older leaves it unread. */
const TurnsQuery = z.object({ does: z.string().max(200).optional() });
/** It lists and writes calendars, and reads those that it is told of. */
export const DESK_CALENDARS = 'calendars';
/** It is told with a look what was written. */
export const DESK_WRITTEN = 'written';
export const DeskTurnsAnswer = z.object({ turns: z.array(DeskTurn), kept: z.array(z.object({ connectionId: Id, fence: Fence, marked: z.boolean().optional() })) });
export type DeskTurnsAnswer = z.infer<typeof DeskTurnsAnswer>;

/** `POST /api/desk/turns/:id/answer`. Errors: `desk.turn_over` (too late, or somebody else keeps the key now), `request.not_found`. */
const AnswerRequest = z.strictObject({ run: Id, fence: Fence, answer: DeskAnswer });
export const DeskAnswered = z.object({ turnId: Id });

/**
 * `GET /api/desk/marks`: what this device keeps, and the salt of its organisation for marks. Null = it keeps nothing. Two connections of one
 * organisation whose keys have the same mark are one account for the vendor's limits.
 */
export const DeskMarksAnswer = z.object({ salt: z.string().max(100).nullable(), kept: z.array(z.object({ connectionId: Id, fence: Fence, marked: z.boolean() })) });
export type DeskMarksAnswer = z.infer<typeof DeskMarksAnswer>;

/** `POST /api/desk/marks`. `mark` = HMAC-SHA256 of `accountText` (`core/vendors/account.ts`) with the salt, base64url. Errors: `desk.turn_over`. */
export const DeskMark = z.strictObject({ connectionId: Id, fence: Fence, mark: z.string().regex(/^[\w-]{43}$/) });
export type DeskMark = z.infer<typeof DeskMark>;

/**
 * `POST /api/desk/trials`: the desktop has tried a key out by itself, for the audit trail. `connectionId` null = there is none yet.
 * Errors: `request.not_found`.
 */
export const DeskTrial = z.strictObject({ system: z.string().max(60), connectionId: Id.nullable(), outcome: z.union([z.literal('ok'), ErrorCode]) });
export type DeskTrial = z.infer<typeof DeskTrial>;

export const DESK_HTTP = {
  deskTurns: { method: 'POST', path: '/api/desk/turns', request: { query: TurnsQuery, body: TurnsRequest }, success: DeskTurnsAnswer },
  deskAnswer: { method: 'POST', path: '/api/desk/turns/:id/answer', request: { params: z.object({ id: Id }), body: AnswerRequest }, success: DeskAnswered },
  deskMarks: { method: 'GET', path: '/api/desk/marks', request: {}, success: DeskMarksAnswer },
  deskMark: { method: 'POST', path: '/api/desk/marks', request: { body: DeskMark }, success: z.object({ connectionId: Id }) },
  deskTrial: { method: 'POST', path: '/api/desk/trials', request: { body: DeskTrial }, success: z.object({ noted: z.literal(true) }) },
} as const;
