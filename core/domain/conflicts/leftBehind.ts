import type { Alert, LeftRow } from '../../contract/record/attention.ts';
import type { Wedding } from '../../contract/record/day.ts';
import type { Severity } from '../../contract/record/row.ts';
import { nearness } from '../alerts/nearness.ts';
import { roughly } from '../intake/silence.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import { changed, localShift, shifted, timesOf, type Basis, type FollowedFields, type Follower, type FollowingRow, type Times } from './following.ts';

/**
 * A wedding that is moved outside, by its source or in a calendar, takes along by itself what only this house tells: its run sheet, and what was
 * taken for it, as far as nothing stands in the way. What somebody else tells, or what does not fit there, stays, and a person is told.
 */

type At = Pick<Wedding, 'startsAt' | 'zone'>;

const same = (a: string | null, b: string | null): boolean => (a === null || b === null ? a === b : Date.parse(a) === Date.parse(b));
export const sameTimes = (a: Times, b: Times): boolean => same(a.startsAt, b.startsAt) && same(a.endsAt, b.endsAt) && same(a.callTime, b.callTime);

/** What a row that was left behind becomes when it follows its wedding to where that is now; `{}` = it is where it belongs. */
export const catchesUp = (left: LeftRow, { startsAt, zone }: At): FollowedFields =>
  changed(shifted(left, localShift(Date.parse(left.of), Date.parse(startsAt), zone)), left);

const LASTING: readonly string[] = ['planned', 'lead', 'hold', 'definite', 'completed', 'closed'];

/** Whether it still stands where it was left, and that is not where it belongs. */
export function isLeft(left: LeftRow, row: FollowingRow['row'] | null, wedding: At): boolean {
  if (row === null || !LASTING.includes(row.status)) return false;
  return sameTimes(left, timesOf(row)) && Object.keys(catchesUp(left, wedding)).length > 0;
}

/** Whether it stands where letting it follow has brought it, so that it can go back to where it was left. */
export function hasFollowed(left: LeftRow, row: FollowingRow['row'], wedding: At): boolean {
  const set = catchesUp(left, wedding);
  return LASTING.includes(row.status) && Object.keys(set).length > 0 && sameTimes({ ...left, ...set }, timesOf(row));
}

/** Those that are left behind still, with what each becomes. `rowOf`: null = it is not there (any more). */
export function stillLeft(stayed: readonly LeftRow[], wedding: At, rowOf: (left: LeftRow) => FollowingRow['row'] | null): Follower[] {
  return stayed.flatMap((left): Follower[] => {
    const row = rowOf(left);
    if (row === null || !isLeft(left, row, wedding)) return [];
    const locked = 'lockedBecause' in row ? row.lockedBecause : null;
    return [{ collection: left.collection, row, set: catchesUp(left, wedding), locked } as Follower];
  });
}

/** Where a row stood before it followed by itself, and where that has brought it: for which starts of its wedding. */
export interface Followed {
  readonly fromStart: string;
  readonly toStart: string;
  readonly stood: Times;
  readonly became: Times;
}

/** From where it moves when its wedding is moved once more, so that what is moved there and back comes to stand where it stood. */
export function basisFor(
  row: FollowingRow['row'], wedding: Pick<Wedding, 'startsAt'>, left: LeftRow | undefined, followed: Followed | undefined,
): Basis | null {
  const times = timesOf(row);
  if (left && sameTimes(left, times)) return { from: Date.parse(left.of), stood: times };
  const stands = followed && same(followed.toStart, wedding.startsAt) && sameTimes(followed.became, times);
  if (stands) return { from: Date.parse(followed.fromStart), stood: followed.stood };
  return null;
}

/** So long after its source has told of it, a row is taken to have been told together with its wedding. */
const TOGETHER_MS = 10 * 60_000;

/**
 * Who tells when a row is. `told`: its source has just done so, and it neither follows nor waits for anybody.
 * @param mapped a source has told of it, and may again
 * @param setBySource when (UTC milliseconds) a source or somebody's calendar set its times, if nobody here has since, and whether it was there before
 */
export function tellerOf(
  mapped: boolean, setBySource: { readonly at: number; readonly changed: boolean } | null, now: number,
): 'ours' | 'theirs' | 'told' {
  if (setBySource?.changed === true && now - setBySource.at < TOGETHER_MS) return 'told';
  return mapped || setBySource !== null ? 'theirs' : 'ours';
}

const SEVERITY: Readonly<Record<ReturnType<typeof nearness>, Severity>> =
  { today: 'critical', soon: 'warning', later: 'notice', past: 'info', none: 'notice' };
const WHY: Readonly<Record<LeftRow['why'], string>> =
  { theirs: 'others say when it is', locked: 'it must not be moved', clash: 'it would clash there', limit: 'it would pass a limit there' };
const NAMED = 3;
const KINDS = {
  bookings: ['booking', 'bookings'], allocations: ['allocation', 'allocations'], runSheetItems: ['run sheet item', 'run sheet items'],
} as const;

/** `2 bookings and 1 run sheet item`. */
function countText(stayed: readonly LeftRow[]): string {
  const parts = Object.entries(KINDS).flatMap(([collection, [one, many]]) => {
    const count = stayed.filter((row) => row.collection === collection).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

/** `45 min`, `2 h 30 min`, and days as roughly as people say them. */
function lengthText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours >= 24) return roughly(ms);
  return [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : ''].filter((part) => part !== '').join(' ');
}

export interface LeftNews {
  /** As it stands now. */
  readonly wedding: Pick<Wedding, 'id' | 'title' | 'startsAt' | 'endsAt'>;
  /** Where it was before. */
  readonly was: string;
  readonly stayed: readonly LeftRow[];
  readonly titleOf: (left: LeftRow) => string;
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

/** One alert for each wedding that was moved, however much has stayed. */
export function leftAlert({ wedding, was, stayed, titleOf, now, newId, context }: LeftNews): EventDraft {
  const by = Date.parse(wedding.startsAt) - Date.parse(was);
  const later = `${lengthText(Math.abs(by))} ${by > 0 ? 'later' : 'earlier'}`;
  const named = stayed.slice(0, NAMED).map((left) => `${titleOf(left)} (${WHY[left.why]})`).join('; ');
  const more = stayed.length > NAMED ? `; and ${stayed.length - NAMED} more` : '';
  const alert: Omit<Alert, 'version' | 'seq' | 'updatedAt' | 'source'> = {
    id: newId(), weddingId: wedding.id, severity: SEVERITY[nearness(wedding, now)], rule: 'left_behind',
    title: `${countText(stayed)} did not move with ${wedding.title}`.slice(0, 300),
    detail: `It begins ${later} now. Still where they were: ${named}${more}. Let them follow, or leave them.`,
    raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null,
    subject: { collection: 'weddings', id: wedding.id }, stayed: [...stayed],
  };
  return draftCreated('alert.raised', 'alerts', wedding.id, alert, null, context);
}
