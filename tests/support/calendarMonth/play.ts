import type { RowOf } from '../../../core/contract/record.ts';
import type { MovableCollection } from '../../../core/domain/conflicts/occupancies.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { UNANSWERED, TOO_MANY, type FakeEntry } from '../fakeCalendar.ts';
import type { MonthHouse } from './house.ts';
import { MANUAL, PART, ROOM, TOGETHER, VENDORS } from './house.ts';

/** A month of changes on both sides, with all that goes wrong on the way. */

export interface Played {
  /** What was done, in order, for whoever looks for the cause. */
  readonly steps: string[];
  /** Changes here, of entries of ours over there, and of others' entries. */
  here: number;
  ours: number;
  /** Of these, the ones for which no person is there to be asked. */
  unmanned: number;
  theirs: number;
  /** Calls of which nobody heard how they ended. */
  unheard: number;
  /** Entries of ours that somebody has made once more over there. */
  readonly copies: Set<string>;
  /** And those that somebody has fetched out of the bin. */
  readonly restored: Set<string>;
}

const HOUR_MS = 3_600_000;
/** The share of what was deleted over there that somebody may fetch out of the bin again at a time. */
const RESTORED = 0.02;
const PERSON: DraftContext = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null };
type Movable = { readonly collection: MovableCollection | 'runSheetItems'; readonly row: RowOf<'weddings'> | RowOf<'bookings'> | RowOf<'allocations'> | RowOf<'runSheetItems'> };

export function monthPlay(house: MonthHouse, random: () => number) {
  const { clock, there, looked, refs, resources } = house;
  const played: Played = { steps: [], here: 0, ours: 0, unmanned: 0, theirs: 0, unheard: 0, copies: new Set(), restored: new Set() };
  const upTo = (most: number): number => Math.floor(random() * most);
  const pick = <T>(all: readonly T[]): T | undefined => all[upTo(all.length)];
  const chance = (share: number): boolean => random() < share;
  const say = (...words: (string | number)[]): void => void played.steps.push(`${new Date(clock.now()).toISOString()} ${words.join(' ')}`);
  /** Half of the time in the calendars that are looked at here. */
  const vendor = (): string => (chance(0.7) ? pick(VENDORS.slice(0, 3)) : pick(VENDORS)) ?? 'Ana Ruiz';
  const by = (): number => (chance(0.5) ? (1 + upTo(3)) * HOUR_MS : (chance(0.5) ? 24 : -24) * HOUR_MS);

  const shifted = (text: string | null, ms: number): string => new Date(Date.parse(text ?? '') + ms).toISOString();

  async function rowsOfOurs(): Promise<Movable[]> {
    const { weddings, bookings, allocations, runSheetItems } = await house.rows();
    const all: Movable[] = [
      ...weddings.map((row) => ({ collection: 'weddings' as const, row })), ...bookings.map((row) => ({ collection: 'bookings' as const, row })), ...allocations.map((row) => ({ collection: 'allocations' as const, row })),
      ...runSheetItems.filter(({ status }) => status === 'planned').map((row) => ({ collection: 'runSheetItems' as const, row })),
    ];
    return all.sort((a, b) => a.row.title.localeCompare(b.row.title));
  }
  async function update({ collection, row }: Movable, fields: object, cancelled = false): Promise<void> {
    const type = { weddings: cancelled ? 'wedding.cancelled' : 'wedding.updated', bookings: cancelled ? 'booking.cancelled' : 'booking.updated', allocations: cancelled ? 'allocation.cancelled' : 'allocation.updated', runSheetItems: 'runsheet.item.updated' } as const;
    const draft = draftUpdated(type[collection], collection, collection === 'weddings' ? row.id : (row as RowOf<'bookings'>).weddingId, row as never, fields as never, null, PERSON) as EventDraft | null;
    if (draft) await house.write(draft);
  }

  async function changeHere(): Promise<void> {
    played.here += 1;
    const all = await rowsOfOurs();
    const day = 3 + upTo(25);
    const from = 8 + upTo(8);
    if (all.length < 16 || chance(0.25)) {
      const kind = upTo(6);
      const wedding = pick(all.filter(({ collection }) => collection === 'weddings'));
      if (kind === 0) await house.wedding(`Wedding ${played.here}`, day, from, from + 6, { room: chance(0.7) ? ROOM : PART });
      else if (kind === 1) {
        const { answer } = await house.allocation(resources.get('Crew') ?? '', day, from, from + 2, { title: `Crew ${played.here}`, reason: 'It is played' });
        if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      } else if ((kind === 2 || kind === 3) && wedding) {
        const owner = chance(0.2) ? (played.here % 2 === 0 ? 'Crew' : TOGETHER) : chance(0.8) ? vendor() : null;
        await house.item(wedding.row.id, `Item ${played.here}`, shifted(wedding.row.startsAt, upTo(6) * HOUR_MS), { owner, place: chance(0.5) ? 'Lawn' : null });
      } else await house.booking(vendor(), day, from, from + 3, { title: `Job ${played.here}`, weddingId: chance(0.5) ? (wedding?.row.id ?? null) : null, status: chance(0.8) ? 'definite' : 'hold', place: chance(0.5) ? 'Garden' : null });
      say('here: made', kind, played.here);
      return;
    }
    const one = pick(all);
    if (!one || one.row.startsAt === null) return;
    const { row, collection } = one;
    const kind = upTo(10);
    say('here:', kind, collection, row.title);
    if (row.status === 'cancelled') await update(one, { status: collection === 'weddings' ? 'confirmed' : 'definite' });
    else if (kind < 5) {
      const ms = by();
      const startsAt = shifted(row.startsAt, ms);
      await update(one, { startsAt, endsAt: row.endsAt === null ? null : shifted(row.endsAt, ms), ...(collection === 'weddings' ? { date: startsAt.slice(0, 10) } : {}) });
    } else if (kind < 7) await update(one, { endsAt: shifted(row.startsAt, HOUR_MS * (1 + upTo(4))) });
    else if (kind === 7) await update(one, { title: `${row.title.split(' /')[0] ?? ''} /h${played.here}` });
    else if (kind === 8) await update(one, { status: collection === 'runSheetItems' ? 'skipped' : 'cancelled' }, true);
    else if (collection === 'weddings') await update(one, { room: 'room' in row && row.room === PART ? ROOM : PART });
    else if (collection === 'runSheetItems' && chance(0.5)) await update(one, { endsAt: null });
    else if (collection === 'bookings' || collection === 'runSheetItems') await update(one, { place: `Place ${played.here}` });
  }

  const nameOf = ({ calendarRef, event }: FakeEntry): string => `${calendarRef} ${event.title}`;
  const ourEntries = (): FakeEntry[] => there.entries.filter(({ event, remoteId }) => event.ourId !== '' && !played.copies.has(remoteId)).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));

  async function changeOurs(): Promise<void> {
    const entry = pick(ourEntries().filter(({ gone }) => !gone || chance(RESTORED)));
    if (!entry) return;
    const { when } = entry.event;
    if (when.kind !== 'times') return;
    played.ours += 1;
    if (entry.calendarRef !== refs.get(MANUAL)) played.unmanned += 1;
    const kind = upTo(20);
    say('there:', entry.gone ? 'restored' : kind, entry.event.title, entry.remoteId.slice(26, 37));
    if (entry.gone) {
      played.restored.add(entry.remoteId);
      there.restore(entry.remoteId);
    } else if (kind < 8) {
      const ms = by();
      there.edit(entry.remoteId, { when: { ...when, startsAt: when.startsAt + ms, endsAt: when.endsAt + ms } });
    } else if (kind < 12) there.edit(entry.remoteId, { when: { ...when, endsAt: when.startsAt + HOUR_MS * (1 + upTo(4)) } });
    else if (kind < 15) there.edit(entry.remoteId, { title: `${entry.event.title.split(' /')[0] ?? ''} /t${played.ours}` });
    else if (kind < 17) there.edit(entry.remoteId, { location: `There ${played.ours}` });
    else if (kind < 19) there.take(entry.remoteId);
    else {
      const to = pick([...refs.values()]) ?? entry.calendarRef;
      played.copies.add(there.make(to, entry.event).remoteId);
    }
    await Promise.resolve();
  }

  function changeTheirs(): void {
    played.theirs += 1;
    const own = there.entries.filter(({ event, gone }) => event.ourId === '' && !gone);
    const entry = pick(own);
    if (!entry || own.length < 5 || chance(0.4)) {
      const startsAt = Date.UTC(2027, 5, 3 + upTo(25), 8 + upTo(10));
      there.make(pick([...refs.values()]) ?? '', {
        ourId: '', title: `Private ${played.theirs}`, location: null, when: { kind: 'times', startsAt, endsAt: startsAt + HOUR_MS, zone: 'Europe/London' }, status: 'confirmed', busy: chance(0.8), privacy: 'full', busyText: 'Busy', sequence: 0, changedAt: 0,
      });
      say('there: private made');
      return;
    }
    const { when } = entry.event;
    say('there: private changed', entry.event.title);
    if (chance(0.3)) there.take(entry.remoteId);
    else if (when.kind === 'times') there.edit(entry.remoteId, { when: { ...when, startsAt: when.startsAt + HOUR_MS, endsAt: when.endsAt + HOUR_MS } });
  }

  /** Something that goes wrong, or at the same time. */
  function trouble(): void {
    const kind = upTo(8);
    say('trouble', kind);
    const calendarRef = pick([...refs.values()]) ?? '';
    if (kind === 0) there.fail({ times: 1 + upTo(4), trouble: UNANSWERED, calendarRef });
    else if (kind === 1) there.fail({ times: 1, trouble: TOO_MANY, calendarRef });
    else if (kind === 2) {
      played.unheard += 1;
      there.fail({ times: 1, when: 'after', calendarRef });
    } else if (kind === 3) looked.fail(1 + upTo(3));
    else if (kind === 4 || kind === 5) {
      played.unheard += 1;
      there.during({ when: kind === 4 ? 'after' : 'before', work: async () => void (await house.die()) });
    } else if (kind === 6) there.during({ when: 'before', work: changeOurs });
    else there.during({ when: 'after', work: house.look });
  }

  async function settleSome(): Promise<void> {
    const one = pick((await house.rows()).differences.filter(({ state }) => state === 'open'));
    if (!one) return;
    const keep = chance(0.5) ? 'ours' : 'theirs';
    const answer = await house.decide('difference.settle', { differenceId: one.id, basedOnVersion: one.version, keep, reason: 'It is played' });
    say('settled', keep, one.subject.id, answer.outcome);
  }

  /** One change, and what the workers make of it, or of several of them at once. */
  async function step(gapMs: number): Promise<void> {
    clock.advance(chance(0.5) ? 1_000 + upTo(50_000) : Math.round(gapMs * 2 * random()) + 1_000);
    const what = random();
    if (what < 0.4) await changeHere();
    else if (what < 0.75) await changeOurs();
    else if (what < 0.93) changeTheirs();
    else await settleSome();
    if (chance(0.12)) trouble();
    if (chance(0.55)) await house.writeOut();
    if (chance(0.5)) await house.look();
    if (chance(0.1)) looked.repeat();
  }
  return { played, step };
}
