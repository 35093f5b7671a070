import { z } from 'zod';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { orNull } from '../apiClient.ts';
import { calendarRemote } from '../calendarOrigin.ts';
import type { CalendarTrouble } from '../calendars.ts';
import { instantOfText, known as knownFields, objectAt, ownId, shortText } from '../fields.ts';
import { knownZone } from '../wallTime.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Listened } from '../calling.ts';
import type { Brought, CallPorts, ConnectionAccess, Normalise, RereadError } from '../vendor.ts';
import { vscoClient } from './client.ts';
import { entriesPage, entryAt, etagOf, isWholeName, markIn, modifiedOf, placeIn, spanOf, type Entry } from './entries.ts';
import { statusOf } from './mapping.ts';
import { Job } from './shapes.ts';
import { SAFE_ID } from './webhook.ts';

/**
 * A look at the studio's calendar: what is new, what was changed, what is there no more. Changes stand first in the list that is sorted by
 * change; what was deleted is in no answer, so now and then the whole list is read, and what it does not have is asked for by its id.
 */

const DAY_MS = 86_400_000;
/** What was over earlier is of no interest. */
const BACK_MS = 31 * DAY_MS;
/** A list of so few pages is read whole with each look, a longer one once in so long. */
const SHORT_LIST = 10;
const WHOLE_EVERY_MS = 3_600_000;
/** Ten thousand events; what such a list leaves out is asked for by its id, like all that was missed. */
const MOST_PAGES = 100;
/** Calls besides that of the page; what is left over has its turn with the next page, or with the next look. */
const MOST_JOBS = 40;
const MOST_ASKED = 25;

/** `aside` = it is a session that comes as its job's booking, or its job is off: known, and not told. `again` = its job has changed. */
const Told = z.object({
  id: z.string(), mark: z.string(), until: z.number(), job: z.string().nullable(), aside: z.boolean(), again: z.boolean(), round: z.int(),
});
type Told = z.infer<typeof Told>;

/** `page` null = this look is through with it. `floor` = the newest change that a look has seen; `newest` = of the look under way. */
export const EntriesSeen = z.object({
  told: z.array(Told), page: z.int().min(1).nullable(), floor: z.string().nullable(), newest: z.string().nullable(),
  whole: z.boolean(), wholeAt: z.number().nullable(), pages: z.int().min(0), round: z.int(), oursOnly: z.boolean(), calendarRef: z.string(),
});
export type EntriesSeen = z.infer<typeof EntriesSeen>;

export interface EntriesPage {
  readonly items: readonly Brought[];
  readonly seen: EntriesSeen;
}
type Answer<T> = Promise<Result<T, RereadError>>;

const fresh = (calendarRef: string, oursOnly: boolean): EntriesSeen =>
  ({ told: [], page: 1, floor: null, newest: null, whole: true, wholeAt: null, pages: 0, round: 0, oursOnly, calendarRef });

const CODES: Readonly<Partial<Record<string, RereadError['code']>>> = {
  'normalise.reread_failed': 'normalise.reread_failed', 'normalise.no_access': 'normalise.no_access',
  'normalise.shape_unknown': 'normalise.shape_unknown',
  'calendar.forbidden': 'normalise.forbidden',
};
const failedBy = ({ code, ...error }: CalendarTrouble): Result<never, RereadError> =>
  err({ ...error, code: CODES[code] ?? 'normalise.reread_refused' });

const later = (a: string | null, b: string | null): string | null => [a, b].filter((one) => one !== null).sort().at(-1) ?? null;
const stateOf = (entry: Entry): string => `${modifiedOf(entry) ?? 'undated'}.${etagOf(entry)}`;

function brought(entry: Entry, calendarRef: string): Brought {
  const span = spanOf(entry);
  const [startsAt, endsAt] = [span?.startsAt ?? 0, span?.endsAt ?? 0].map((at) => new Date(at).toISOString());
  const body = {
    id: entry.id, calendarRef, modified: modifiedOf(entry), ourId: markIn(entry.externalMappings)?.ourId ?? null,
    startsAt, endsAt, allDay: entry.allDay === true, zone: knownZone(entry.timezoneName), name: shortText(entry.name), place: placeIn(entry),
  };
  return { key: `entry:${entry.id}:${stateOf(entry)}`, event: 'entry', body: JSON.stringify({ calendarEntry: body }) };
}

const goneFrom = (id: string, calendarRef: string, after: string): Brought =>
  ({ key: `entry:${id}:gone:${after}`, event: 'entry.gone', body: JSON.stringify({ calendarEntry: { id, calendarRef, gone: true } }) });

/** Begins a look, or goes on with one. */
function begun(before: EntriesSeen | null, calendarRef: string, oursOnly: boolean, now: number): EntriesSeen {
  const seen = before !== null && before.calendarRef === calendarRef ? before : fresh(calendarRef, oursOnly);
  if (seen.page !== 1 || seen.newest !== null) return seen;
  const whole = seen.wholeAt === null || seen.pages <= SHORT_LIST || now - seen.wholeAt >= WHOLE_EVERY_MS || seen.oursOnly !== oursOnly;
  return { ...seen, whole, oursOnly, round: seen.round + (whole ? 1 : 0), told: seen.told.filter(({ until }) => until >= now - BACK_MS) };
}

/** One page of it. */
export async function lookAtEntries(
  before: EntriesSeen | null, { calendarRef, oursOnly }: Listened, access: ConnectionAccess, ports: CallPorts,
): Answer<EntriesPage> {
  const now = ports.clock.now();
  const seen = begun(before, calendarRef, oursOnly, now);
  const page = seen.page ?? 1;
  const client = vscoClient(access, ports);
  const told = new Map(seen.told.map((one) => [one.id, one]));
  const items: Brought[] = [];
  const jobs = new Map<string, Job | null>();

  /** Null = so many jobs were asked for that this one has its turn later. */
  async function isAside({ id, jobId }: Entry): Answer<boolean | null> {
    if (!jobId || !SAFE_ID.test(jobId)) return ok(false);
    if (!jobs.has(jobId)) {
      if (jobs.size >= MOST_JOBS) return ok(null);
      const job = orNull(await client.get('job', jobId, Job));
      if (!job.ok) return job;
      jobs.set(jobId, job.value);
    }
    const job = jobs.get(jobId) ?? null;
    return ok(job !== null && (job.primarySessionId === id || statusOf(job) === 'cancelled'));
  }

  function isGone(known: Told): void {
    if (!known.aside) items.push(goneFrom(known.id, calendarRef, known.mark));
    told.delete(known.id);
  }

  /** False = it has its turn later. */
  async function meet(entry: Entry): Answer<boolean> {
    const [known, mark, span] = [told.get(entry.id), stateOf(entry), spanOf(entry)];
    const ours = markIn(entry.externalMappings) !== null;
    if (known && ((known.mark === mark && !known.again) || (oursOnly && !ours))) {
      told.set(entry.id, { ...known, round: seen.round });
      return ok(true);
    }
    if (entry.hidden === true || span === null) {
      if (known) isGone({ ...known, mark });
      return ok(true);
    }
    if (!known && ((oursOnly && !ours) || span.endsAt < now - BACK_MS)) return ok(true);
    const aside = ours ? ok(false) : await isAside(entry);
    if (!aside.ok) return aside;
    if (aside.value === null) return ok(false);
    const same = known?.mark === mark && known.aside === aside.value;
    if (!aside.value && !same) items.push(brought(entry, calendarRef));
    else if (known && !same) isGone({ ...known, mark });
    told.set(entry.id, { id: entry.id, mark, until: span.endsAt, job: entry.jobId ?? null, aside: aside.value, again: false, round: seen.round });
    return ok(true);
  }

  const listed = await entriesPage(ports, access, { sortBy: 'modified desc', page });
  if (!listed.ok) return failedBy(listed.error);
  const { entries, pages, isLast } = listed.value;
  let all = true;
  let newest = seen.newest;
  for (const entry of entries) {
    const met = await meet(entry);
    if (!met.ok) return met;
    all = all && met.value;
    newest = later(newest, modifiedOf(entry));
  }
  const isOld = ({ floor }: EntriesSeen): boolean => entries.some((entry) => floor !== null && (modifiedOf(entry) ?? floor) < floor);
  const over = isLast || page >= MOST_PAGES || (!seen.whole && isOld(seen));
  const kept = (): EntriesSeen => ({ ...seen, told: [...told.values()], newest, pages: pages ?? page });
  if (!all) return ok({ items, seen: kept() });
  if (!over) return ok({ items, seen: { ...kept(), page: page + 1 } });

  // Missing in a list is not gone; nor is what was written since the last look, and never met.
  const missing = [...told.values()].filter((one) => one.again || (seen.whole && one.round !== seen.round)).map(({ id }) => id);
  const unmet = (access.written ?? []).filter((id) => SAFE_ID.test(id) && !told.has(id));
  for (const id of [...missing, ...unmet].slice(0, MOST_ASKED)) {
    const there = await entryAt(ports, access, id);
    if (!there.ok) return failedBy(there.error);
    const known = told.get(id) ?? { id, mark: 'written', until: now, job: null, aside: false, again: false, round: seen.round };
    if (there.value === null) isGone(known);
    else {
      const met = await meet(there.value);
      if (!met.ok) return met;
    }
  }
  return ok({ items, seen: { ...kept(), page: null, floor: later(newest, seen.floor), newest: null, wholeAt: seen.whole ? now : seen.wholeAt } });
}

/** Sessions of jobs that have changed are asked about again: another one may be the main one now, or the job off. */
export function withChangedJobs(seen: EntriesSeen, jobs: readonly string[]): EntriesSeen {
  if (seen.oursOnly) return seen;
  const changed = new Set(jobs);
  return { ...seen, told: seen.told.map((one) => (one.job !== null && changed.has(one.job) ? { ...one, again: true } : one)) };
}

export const isEntryDelivery = (vendorEvent: string | null): boolean => vendorEvent === 'entry' || vendorEvent === 'entry.gone';

const shapeUnknown = (message: string): ReturnType<Normalise> => err({ code: 'normalise.shape_unknown', message });

export const entryChanges: Normalise = ({ bodyText }) => {
  const body = parseJsonObject(bodyText);
  const said = objectAt(body.ok ? body.value : {}, 'calendarEntry');
  const { id, calendarRef, gone, modified, ourId, startsAt, endsAt, allDay, zone, name, place } = said;
  if (typeof id !== 'string' || !SAFE_ID.test(id)) return shapeUnknown('The event has no id.');
  const version = instantOfText(modified);
  const remote = { type: 'event', id, version };
  const base = { kind: 'calendarEvent', remote, ...calendarRemote(calendarRef), wedding: {}, occurredAt: version } as const;
  const one = (change: Change): ReturnType<Normalise> => ok({ kind: 'changes', changes: [change] });
  if (gone === true) return one({ ...base, fields: { status: 'cancelled' }, deleted: true });
  const [from, until] = [instantOfText(startsAt), instantOfText(endsAt)];
  if (from === null || until === null || until < from) return shapeUnknown('The event has no times that exist.');
  const ours = ownId(ourId);
  const title = shortText(name);
  // Of ours its times and its name are somebody's; a name that may have been cut says nothing.
  const times = { startsAt: from, endsAt: until };
  if (ours !== null) return one({ ...base, ourId: ours, fields: { ...times, ...(isWholeName(title) ? { title } : {}) } });
  const fields = { ...times, allDay: allDay === true, zone: knownZone(zone), status: 'confirmed', busy: true, place: shortText(place) } as const;
  return one({ ...base, fields: { ...fields, ...knownFields({ title }) } });
};
