import type { Snapshot } from '../../../core/contract/record.ts';
import type { Conflict, Resource } from '../../../core/contract/record/taking.ts';
import { fixtureId } from '../fixtures/record.ts';

/** A house where two double bookings, a tight gap and one that somebody lives with stand open. */
export function clashingRows(full: Snapshot, now: number): Pick<Snapshot['rows'], 'resources' | 'conflicts' | 'allocations'> {
  const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
  const base = { version: 1, seq: 1, updatedAt: at(-1), source: null };
  const resource = (n: number, kind: Resource['kind'], name: string): Resource => ({ id: fixtureId(20, n), ...base, kind, name, keys: [name.toLowerCase()], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' });
  const resources = [resource(1, 'room', 'Great Hall'), resource(2, 'vendor', 'Blythe & Thornbury Documentary Photography'), resource(3, 'room', 'Orangery'), resource(4, 'equipment', 'Gilt chairs')];
  const [first, second] = full.rows.weddings;
  const [from, to] = [second?.startsAt ?? at(1), first?.endsAt ?? at(2)];
  const jobs = full.rows.bookings.filter(({ startsAt }) => startsAt !== null).slice(0, 2);
  const weddings = [first, second].flatMap((row) => (row ? [{ collection: 'weddings' as const, id: row.id }] : []));
  const bookings = jobs.map((row) => ({ collection: 'bookings' as const, id: row.id }));
  const allocation = { id: fixtureId(21, 1), ...base, weddingId: null, bookingId: null, resourceId: fixtureId(20, 3), title: 'Painters in the orangery', startsAt: at(50), endsAt: at(80), status: 'closed' as const, rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null };
  const conflict = (n: number, given: Partial<Conflict>): Conflict => ({
    id: fixtureId(22, n), ...base, weddingId: first?.id ?? null, kind: 'overlap', level: 'block', resourceIds: [fixtureId(20, 1)], members: weddings, startsAt: from, endsAt: to, missingMs: Date.parse(to) - Date.parse(from), missingUnits: 0, raisedAt: at(-1),
    state: 'open', settledAt: null, settledBy: null, settledBecause: null, ...given,
  });
  return {
    resources,
    allocations: [allocation],
    conflicts: [
      conflict(1, {}),
      conflict(2, { resourceIds: [fixtureId(20, 2)], members: bookings, startsAt: at(3), endsAt: at(4), missingMs: 3_600_000 }),
      conflict(3, { kind: 'turnaround', level: 'warn', startsAt: at(30), endsAt: at(31), missingMs: 45 * 60_000 }),
      conflict(4, { kind: 'closure', resourceIds: [fixtureId(20, 3)], members: [...weddings.slice(0, 1), { collection: 'allocations', id: allocation.id }], startsAt: at(50), endsAt: at(52), missingMs: 2 * 3_600_000, state: 'overridden', settledAt: at(-0.5), settledBy: 'Front desk', settledBecause: 'They paint outside until noon' }),
      conflict(5, { state: 'resolved', settledAt: at(-2) }),
    ],
  };
}
