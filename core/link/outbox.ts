import type { Command } from '../contract/commands.ts';
import type { CodedError, ErrorCode } from '../contract/errors.ts';
import type { OutboxEntry, OutboxRecord } from '../contract/outbox.ts';
import { isAbout, seenAt, seenRows } from './commandRows.ts';

/**
 * The outbox as a pure transition: entries and a journal record in, entries out. SPEC.md says in words what holds.
 * The journal is replayed through the same function, so what a restart finds is what was there.
 */

/** Commands for different rows go side by side, at most so many. */
export const OUTBOX_PARALLEL = 4;
/** Answered entries stay so long that a person sees what became of them. */
export const OUTBOX_FINISHED_KEPT = 50;
export const OUTBOX_RETRY_FIRST_MS = 500;
export const OUTBOX_RETRY_CAP_MS = 30_000;
/** A server that asks for more patience is asked again after this all the same: a person waits for what becomes of it. */
export const OUTBOX_ASKED_CAP_MS = 120_000;

/** Records of the journal, and two things that happen to this process and are not written down. */
export type OutboxInput = OutboxRecord | { readonly kind: 'line_opened' } | { readonly kind: 'restarted' };

/** In the order of queueing. */
export type OutboxEntries = readonly OutboxEntry[];

export const isUnanswered = (entry: OutboxEntry): boolean => entry.state === 'queued' || entry.state === 'sending' || entry.state === 'unknown';
/** Never sent, or refused unread: taking it back cannot undo anything that was recorded. */
export const isCancellable = (entry: OutboxEntry): boolean => entry.state === 'queued' && !entry.maybeRecorded;
/** A person may let go of it: overtaken, or without an answer for longer than they care to wait. */
export const isDroppable = (entry: OutboxEntry): boolean => entry.state === 'rebase' || entry.state === 'unknown';

/** Between half and the whole of the doubled wait, and not before the server has asked for it. */
export function outboxRetryDelay(attempts: number, random: number, askedMs = 0): number {
  const ceiling = Math.min(OUTBOX_RETRY_CAP_MS, OUTBOX_RETRY_FIRST_MS * 2 ** Math.min(Math.max(0, attempts - 1), 10));
  return Math.max(Math.round(ceiling / 2 + (ceiling / 2) * random), Math.min(askedMs, OUTBOX_ASKED_CAP_MS));
}

const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set(['request.too_many', 'auth.missing', 'auth.invalid', 'auth.revoked']);
/**
 * What a refused or lost exchange says about the command: `not_taken` = surely not recorded, try again; `unknown` =
 * perhaps recorded, ask again; `refused` = it will never be, nor by asking again.
 */
export function judgeFailure(error: CodedError): 'not_taken' | 'unknown' | 'refused' {
  if (NOT_TAKEN.has(error.code)) return 'not_taken';
  // An unreadable answer may hide an accepted command.
  return error.retryable || error.code === 'internal' ? 'unknown' : 'refused';
}

const entryOf = (command: Command, server: string, at: string): OutboxEntry => ({ command, server, queuedAt: at, state: 'queued', attempts: 0, maybeRecorded: false, answer: null, answeredAt: null, retryAt: null });

function trimmed(entries: OutboxEntries): OutboxEntries {
  const finished = entries.filter((entry) => entry.state === 'accepted' || entry.state === 'rejected');
  const over = finished.length - OUTBOX_FINISHED_KEPT;
  if (over <= 0) return entries;
  const oldest = new Set([...finished].sort((a, b) => (a.answeredAt ?? '').localeCompare(b.answeredAt ?? '')).slice(0, over));
  return entries.filter((entry) => !oldest.has(entry));
}

function queued(entries: OutboxEntries, entry: OutboxEntry): OutboxEntries {
  return entries.some((other) => other.command.commandId === entry.command.commandId) ? entries : [...entries, entry];
}

/**
 * An accepted command moved each of its rows by one version. What the same person decided on top of it, before it was answered,
 * was meant for the row as it would be then; without this the second of two queued decisions would always be overtaken
 * by the first. Whatever waits was never sent, so its content may still change.
 */
function followed(entries: OutboxEntries, accepted: OutboxEntry): OutboxEntries {
  const after = entries.findIndex((entry) => entry.command.commandId === accepted.command.commandId);
  let next = entries;
  for (const { id, version } of seenRows(accepted.command)) {
    const then = (version ?? 0) + 1;
    const follower = next.findIndex((entry, index) => index > after && entry.server === accepted.server && isAbout(entry.command, id) && entry.state === 'queued' && !entry.maybeRecorded && entry.attempts === 0);
    const seen = seenRows(next[follower]?.command ?? accepted.command).find((row) => row.id === id)?.version ?? 0;
    if (follower >= 0 && seen < then) next = next.map((entry, index) => (index === follower ? { ...entry, command: seenAt(entry.command, id, then) } : entry));
  }
  return next;
}

/** Of an overtaken decision stays that it was overtaken, and not what stood before somebody in it was erased. */
function withoutRows(entries: OutboxEntries, rowIds: readonly string[] | null, before: number): OutboxEntries {
  const tells = ({ answer }: OutboxEntry): boolean => answer?.outcome === 'rebase' && answer.latest !== null && answer.latest.seq < before && (rowIds === null || rowIds.includes(answer.latest.row.id));
  if (!entries.some(tells)) return entries;
  return entries.map((entry) => (tells(entry) && entry.answer?.outcome === 'rebase' ? { ...entry, answer: { ...entry.answer, latest: null } } : entry));
}

/** @returns the very same array when the input changes nothing, e.g. a second answer to what is answered already. */
export function stepOutbox(entries: OutboxEntries, input: OutboxInput): OutboxEntries {
  switch (input.kind) {
    case 'queued':
      return queued(entries, entryOf(input.command, input.server, input.at));
    case 'kept':
      return queued(entries, input.entry);
    case 'erased':
      return withoutRows(entries, input.rowIds, input.before);
    case 'line_opened':
      return entries.some((entry) => entry.retryAt !== null) ? entries.map((entry) => ({ ...entry, retryAt: null })) : entries;
    case 'restarted':
      // What was under way when the program ended got no answer that we know of.
      return entries.map((entry) => (entry.state === 'sending' ? { ...entry, state: 'unknown', maybeRecorded: true, retryAt: null } : { ...entry, retryAt: null }));
    case 'sending':
    case 'not_answered':
    case 'answered':
    case 'removed':
    case 'replaced':
      break;
  }
  const entry = entries.find((other) => other.command.commandId === input.commandId);
  if (!entry) return entries;
  const become = (next: OutboxEntry): OutboxEntries => entries.map((other) => (other === entry ? next : other));
  switch (input.kind) {
    case 'sending':
      return entry.state === 'queued' || entry.state === 'unknown' ? become({ ...entry, state: 'sending', attempts: entry.attempts + 1, retryAt: null }) : entries;
    case 'not_answered': {
      if (entry.state !== 'sending') return entries;
      const maybeRecorded = entry.maybeRecorded || input.maybeRecorded;
      return become({ ...entry, state: maybeRecorded ? 'unknown' : 'queued', maybeRecorded, retryAt: input.retryAt });
    }
    case 'answered': {
      if (!isUnanswered(entry)) return entries;
      const next = become({ ...entry, state: input.answer.outcome, answer: input.answer, answeredAt: input.at, retryAt: null });
      return trimmed(input.answer.outcome === 'accepted' ? followed(next, entry) : next);
    }
    case 'removed':
      return isCancellable(entry) || isDroppable(entry) ? entries.filter((other) => other !== entry) : entries;
    case 'replaced':
      return entry.state === 'rebase' ? queued(entries.filter((other) => other !== entry), entryOf(input.command, entry.server, input.at)) : entries;
  }
}

/** The entries after all of `records`, as this process finds them when it starts. */
export const replayOutbox = (records: readonly OutboxRecord[]): OutboxEntries => stepOutbox(records.reduce<OutboxEntries>(stepOutbox, []), { kind: 'restarted' });

/** A journal that says the same in the fewest records. */
export const compactOutbox = (entries: OutboxEntries): OutboxRecord[] => entries.map((entry) => ({ kind: 'kept', entry }));

export interface OutboxTurn {
  /** Next in their rows, due, and within the limit of {@link OUTBOX_PARALLEL}. */
  readonly send: readonly OutboxEntry[];
  /** Milliseconds until something that waits becomes due; null = nothing waits for time. */
  readonly waitMs: number | null;
}

/** Whose turn it is at `now` (milliseconds) with an open line to `server`. */
export function outboxTurn(entries: OutboxEntries, server: string, now: number): OutboxTurn {
  const send: OutboxEntry[] = [];
  const rows = new Set<string>();
  let free = OUTBOX_PARALLEL - entries.filter((entry) => entry.state === 'sending').length;
  let waitMs: number | null = null;
  for (const entry of entries) {
    if (entry.server !== server || !isUnanswered(entry)) continue;
    const about = seenRows(entry.command).map(({ id }) => id);
    const first = !about.some((id) => rows.has(id));
    for (const id of about) rows.add(id);
    if (!first || entry.state === 'sending') continue;
    const left = entry.retryAt === null ? 0 : Date.parse(entry.retryAt) - now;
    // Longer than any wait can be: the clock was set back.
    if (left > 0 && left <= OUTBOX_ASKED_CAP_MS) waitMs = Math.min(waitMs ?? left, left);
    else if (free > 0) {
      send.push(entry);
      free -= 1;
    }
  }
  return { send, waitMs };
}
