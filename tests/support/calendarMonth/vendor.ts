import { ok } from '../../../core/contract/result.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { boundedId } from '../../../core/vendors/ids.ts';
import { shownOf } from '../../../core/vendors/outgoing.ts';
import type { Brought, PollPart, VendorModule } from '../../../core/vendors/vendor.ts';
import { FAKE_CALENDAR, type FakeCalendar, type FakeEntry } from '../fakeCalendar.ts';

/** The fake calendars with looks: what has changed since the last one, out of order, told twice, and now and then as it stood just before. */

/** So long ago a state may be that a look brings late. */
const LATE_MS = 60_000;

interface Told {
  readonly id: string;
  readonly calendarRef: string;
  readonly mark: number;
  readonly at: number;
  readonly change: Change;
}

const markOf = ({ etag }: FakeEntry): number => Number(etag.replaceAll('"', ''));
const iso = (ms: number): string => new Date(ms).toISOString();

function told(entry: FakeEntry): Told {
  const { event, remoteId, calendarRef, gone, changedAt } = entry;
  const { title, location = null } = shownOf(event);
  const { when } = event;
  if (when.kind !== 'times') throw new Error('no days are played');
  const change: Change = {
    kind: 'calendarEvent', remote: { type: 'event', id: boundedId(remoteId), version: iso(changedAt) }, wedding: {}, occurredAt: iso(changedAt), calendarRemote: { type: 'calendar', id: calendarRef },
    ...(event.ourId === '' ? {} : { ourId: event.ourId }),
    ...(gone ? { deleted: true, fields: { status: 'cancelled' } } : { fields: { startsAt: iso(when.startsAt), endsAt: iso(when.endsAt), title, place: location, busy: event.busy, status: event.status } }),
  };
  return { id: remoteId, calendarRef, mark: markOf(entry), at: changedAt, change };
}

export function lookedAt(there: FakeCalendar, now: () => number, random: () => number) {
  const earlier = new Map<string, Told>();
  let nonce = 0;
  let failures = 0;
  let again = false;

  const brought = (one: Told, double: boolean): Brought => ({ key: `${one.id}@${one.mark}${double ? `-${(nonce += 1)}` : ''}`.slice(-200), event: 'entry', body: JSON.stringify(one.change) });
  const shuffled = <T>(all: readonly T[]): T[] => all.map((one) => [random(), one] as const).sort(([a], [b]) => a - b).map(([, one]) => one);

  const poll: PollPart = {
    everySeconds: 300,
    read(cursor) {
      if (failures > 0) {
        failures -= 1;
        return Promise.resolve({ ok: false as const, error: { code: 'normalise.reread_failed' as const, message: 'HTTP 500', retryable: true, retryAfterMs: null } });
      }
      const from = Number(cursor ?? 0);
      const all = there.entries.map(told);
      const fresh = all.filter(({ mark }) => mark > from);
      const items: Brought[] = [];
      for (const one of fresh) {
        const before = earlier.get(one.id);
        items.push(brought(one, false));
        if (random() < 0.15) items.push(brought(one, true));
        if (before && now() - one.at < LATE_MS && random() < 0.3) items.push(brought(before, true));
        earlier.set(one.id, one);
      }
      if (again) items.push(...all.filter(({ mark }) => mark <= from).map((one) => brought(one, true)));
      again = false;
      return Promise.resolve(ok({ items: shuffled(items), cursor: String(Math.max(from, ...fresh.map(({ mark }) => mark))), more: false }));
    },
    normalise: ({ bodyText }) => ok({ kind: 'changes', changes: [JSON.parse(bodyText) as Change] }),
  };
  const part = there.vendor.calendar;
  if (!part) throw new Error('no calendars');
  const vendor: VendorModule = { ...there.vendor, poll, calendar: { ...part, reads: (_access, all) => all.map(({ remoteId }) => remoteId) } };
  const vendors = (system: string): VendorModule | null => (system === FAKE_CALENDAR ? vendor : null);
  return {
    calendar: { ...there, vendor, vendors } satisfies FakeCalendar,
    /** The next looks get no answer. */
    fail: (times: number) => void (failures = times),
    recover: () => void (failures = 0),
    /** The next look brings all that stands there once more. */
    repeat: () => void (again = true),
  };
}
export type LookedAt = ReturnType<typeof lookedAt>;
