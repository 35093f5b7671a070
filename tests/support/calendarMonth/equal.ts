import { sql } from 'kysely';
import { stoodOf } from '../../../core/domain/calendars/entry.ts';
import { looksSame, type Stood } from '../../../core/domain/calendars/returned.ts';
import { isDone, ownersOf, type TargetRow } from '../../../core/domain/calendars/subjects.ts';
import { wishFor } from '../../../core/domain/calendars/targets.ts';
import { placedAmong } from '../../../core/domain/calendars/wholes.ts';
import type { FakeEntry } from '../fakeCalendar.ts';
import type { MonthHouse } from './house.ts';
import type { Played } from './play.ts';

/** Whether every side says what every other side says; what does not, in words. */

const iso = (ms: number): string => new Date(ms).toISOString();

function seen({ event: { when, title, location = null, status } }: FakeEntry): Stood | null {
  return when.kind === 'times' ? { startsAt: iso(when.startsAt), endsAt: iso(when.endsAt), title, place: location, status } : null;
}

export async function differing(house: MonthHouse, played: Played): Promise<string[]> {
  const rows = await house.rows();
  const { weddings, bookings, allocations, runSheetItems, resources, pushes, differences, calendarEvents } = rows;
  const owners = new Map(resources.filter(({ kind }) => kind === 'vendor' || kind === 'crew').map(({ id, keys }) => [id, keys]));
  const subjects: TargetRow[] = [
    ...weddings.map((row) => ({ collection: 'weddings' as const, row })), ...bookings.map((row) => ({ collection: 'bookings' as const, row })), ...allocations.map((row) => ({ collection: 'allocations' as const, row })),
    ...runSheetItems.map((row) => ({ collection: 'runSheetItems' as const, row, wedding: weddings.find(({ id }) => id === row.weddingId) ?? null, ownerIds: ownersOf(row.owner, owners) })),
  ];
  const asked = new Set(differences.filter(({ state }) => state === 'open').map(({ pushId }) => pushId));
  const alive = house.there.entries.filter(({ gone }) => !gone);
  const { rows: known } = await sql<{ pushId: string; remoteId: string }>`select push_id, remote_id from push_states where remote_id is not null`.execute(house.t.store.internals.database.system);
  const placeOf = new Map(known.map(({ pushId, remoteId }) => [pushId, remoteId]));
  /** Fetched out of the bin while its successor was made: nobody takes that from them. */
  const beside = ({ remoteId, event }: FakeEntry): boolean => played.restored.has(remoteId) && placeOf.has(event.ourId) && placeOf.get(event.ourId) !== remoteId;
  const wrong: string[] = [];
  for (const calendar of rows.calendars.map((one) => placedAmong(one, resources))) {
    const ref = house.refs.get(calendar.name) ?? '';
    const ours = alive.filter((one) => one.calendarRef === ref && one.event.ourId !== '' && !played.copies.has(one.remoteId) && !beside(one));
    const wanted = new Set<string>();
    for (const subject of subjects) {
      const push = pushes.find((one) => one.calendarId === calendar.id && one.subject.id === subject.row.id);
      const wish = wishFor(subject, calendar, house.clock.now());
      const stood = wish === 'present' ? stoodOf(subject, calendar) : null;
      if (push) wanted.add(push.id);
      // Nobody follows what was skipped.
      if (wish === 'over') continue;
      if (push && asked.has(push.id)) continue;
      // Skipped, and fetched out of the bin there: that is theirs as well.
      const own = push ? ours.filter(({ event, remoteId }) => event.ourId === push.id && !(isDone(subject) && played.restored.has(remoteId))) : [];
      const name = `${calendar.name} (${calendar.strategy}): ${subject.row.title} (push ${push?.id ?? 'none'} ${push?.state ?? ''} ${push?.wish ?? ''}): `;
      if (own.length !== (stood ? 1 : 0)) wrong.push(`${name}stands there ${own.length} times, here ${subject.row.status}`);
      const [entry] = own;
      const theirs = entry ? seen(entry) : null;
      const covered = pushes.some((one) => one.calendarId === calendar.id && one.wish === 'present' && one.subject.collection !== 'runSheetItems' && subject.collection === 'runSheetItems' && one.weddingId === subject.row.weddingId);
      if (stood && entry && entry.event.busy === covered) wrong.push(`${name}takes time there: ${entry.event.busy}`);
      if (stood && theirs && !looksSame(stood, theirs, calendar.privacy)) wrong.push(`${name}ours ${JSON.stringify(stood)}, theirs ${JSON.stringify(theirs)}`);
    }
    for (const { event } of ours) if (!wanted.has(event.ourId)) wrong.push(`${calendar.name}: ${event.title} is of no row of ours`);
  }
  for (const { state, reason, subject } of pushes) if (state === 'queued' || state === 'failed') wrong.push(`a push is ${state} (${reason ?? 'no reason'}) of ${subject.id}`);

  const { rows: mapped } = await sql<{ remoteId: string; localId: string }>`select remote_id, local_id from mappings where collection = 'calendarEvents'`.execute(house.t.store.internals.database.system);
  const others = alive.filter(({ event }) => event.ourId === '');
  const here = new Set<string>();
  for (const entry of others) {
    const id = mapped.find(({ remoteId }) => remoteId === entry.remoteId)?.localId;
    const row = calendarEvents.find((one) => one.id === id);
    const calendar = rows.calendars.find(({ name }) => house.refs.get(name) === entry.calendarRef);
    const stood = seen(entry);
    if (!row || !stood) wrong.push(`${entry.event.title} of ${calendar?.name ?? '?'} is not here`);
    else {
      here.add(row.id);
      const same = Date.parse(row.startsAt) === Date.parse(stood.startsAt) && Date.parse(row.endsAt) === Date.parse(stood.endsAt) && row.title === stood.title && row.busy === entry.event.busy && row.calendarId === calendar?.id && row.status === stood.status;
      if (!same) wrong.push(`${entry.event.title}: here ${JSON.stringify(row)}, there ${JSON.stringify(stood)}`);
    }
  }
  for (const row of calendarEvents) if (!here.has(row.id)) wrong.push(`${row.title} (${row.id}) stands here and not there`);
  return wrong;
}
