import { isErasure } from '../../../core/contract/events.ts';
import type { Push } from '../../../core/contract/record/calendars.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import { ownersOf, weddingIdOf, type OwnedItem, type Owners, type TargetRow } from '../../../core/domain/calendars/subjects.ts';
import { wishFor } from '../../../core/domain/calendars/targets.ts';
import type { MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import { ownersIn, type WrittenCalendar } from './written.ts';

/** What of one organisation's drafts its calendars are written of, and what else has to be looked at because of it. Pure. */

export interface PushedShare {
  readonly organisationId: string;
  /** Those that are written. */
  readonly calendars: readonly WrittenCalendar[];
  readonly drafts: readonly EventDraft[];
}

export interface Changed<S extends TargetRow = MovableRow> {
  readonly subject: S;
  readonly before: S | null;
  /** It may have been somebody else's: which resource a name stood for before is not told. */
  readonly handedOn: boolean;
  /** Somebody was taken out of it: what stands over there is written without them. */
  readonly erased: boolean;
}

/** A row that has another name or address now, which stands in the entries of others. */
export interface Renamed {
  readonly id: string;
  /** Its name, and not only its address. */
  readonly name: boolean;
}

export interface Part extends PushedShare {
  readonly changed: ReadonlyMap<string, Changed>;
  /** Of these, what some calendar is written of. */
  readonly concerned: readonly Changed[];
  /** Items of run sheets as their last draft leaves them, and as they were before the first. */
  readonly items: ReadonlyMap<string, Pick<Changed<OwnedItem>, 'erased'> & { readonly row: OwnedItem['row']; readonly before: OwnedItem['row'] | null }>;
  /** Weddings whose name stands in the entries of what is booked for them. */
  readonly retold: readonly string[];
  /** Weddings whose items may stand elsewhere now, or otherwise. */
  readonly sheets: readonly string[];
  /** Of these, the ones of which more or less stands in a calendar besides the items. */
  readonly covering: readonly string[];
  readonly contacts: readonly Renamed[];
  readonly resources: readonly Renamed[];
  /** By whom items may be owned that were not, or the other way round. */
  readonly ownerKeys: readonly string[];
  readonly ownersBefore: Owners;
  readonly owners: Owners;
}

type DraftOfName<C extends EventDraft['collection']> = Extract<EventDraft, { collection: C }>;
const movable = (draft: EventDraft): draft is DraftOfName<MovableRow['collection']> =>
  draft.collection === 'weddings' || draft.collection === 'bookings' || draft.collection === 'allocations';
const told = (draft: EventDraft, ...fields: readonly string[]): boolean => draft.before !== null && fields.some((field) => field in (draft.before ?? {}));

/** Whether a fact may be told in some calendar at all: of other facts nobody asks which are written. */
export function isPushed(draft: EventDraft): boolean {
  if (movable(draft) || draft.collection === 'runSheetItems') return true;
  if (draft.collection !== 'contacts' && draft.collection !== 'resources') return false;
  return isErasure(draft.type) || (draft.collection === 'contacts' ? told(draft, 'name', 'email') : told(draft, 'name', 'keys'));
}

/** Pushes as their last draft leaves them. */
export const toldBy = (drafts: readonly EventDraft[]): Map<string, Push> =>
  new Map(drafts.flatMap((draft) => (draft.collection === 'pushes' ? [[draft.row.id, { ...draft.row, seq: 0, updatedAt: '' }] as const] : [])));

/** Null = nothing in any calendar changes because of it. */
export function partOf(share: PushedShare): Part | null {
  const { calendars, drafts } = share;
  if (calendars.length === 0 || !drafts.some(isPushed)) return null;
  const changed = changedBy(drafts);
  const all = [...changed.values()];
  const concerned = all.filter((one) => one.handedOn || calendars.some((calendar) => [one.subject, one.before].some((row) => row !== null && wishFor(row, calendar, 0) !== 'absent')));
  const full = calendars.some(({ privacy }) => privacy === 'full');
  const withSheets = calendars.filter(({ runSheet }) => runSheet === true);
  const renames = <C extends 'contacts' | 'resources'>(collection: C): DraftOfName<C>[] =>
    drafts.filter((draft): draft is DraftOfName<C> => draft.collection === collection && isPushed(draft));
  const ownersBefore = ownersIn(calendars);
  const owners = new Map(ownersBefore);
  const ownerKeys = new Set<string>();
  for (const { row } of renames('resources')) {
    const before = ownersBefore.get(row.id);
    if (before === undefined || sameKeys(before, row)) continue;
    owners.set(row.id, row.keys);
    for (const key of [...before, ...row.keys]) ownerKeys.add(key);
  }
  const covering = withSheets.length === 0 ? [] : [...new Set(all.flatMap((one) => coveredBy(one, withSheets)))];
  const part: Part = {
    ...share, changed, concerned, ownersBefore, owners, covering, ownerKeys: [...ownerKeys],
    items: withSheets.length === 0 ? new Map() : itemsIn(drafts),
    retold: full ? all.flatMap((one) => (isRetold(one) ? [one.subject.row.id] : [])) : [],
    sheets: withSheets.length === 0 ? [] : [...new Set([...all.flatMap((one) => (isResheeted(one) ? [one.subject.row.id] : [])), ...covering])],
    contacts: full ? renames('contacts').map(renamed) : [],
    resources: full ? renames('resources').map(renamed).filter(({ name }) => name) : [],
  };
  const some = [concerned, part.retold, part.sheets, part.contacts, part.resources, part.ownerKeys].some(({ length }) => length > 0) || part.items.size > 0;
  return some ? part : null;
}

const sameKeys = (before: readonly string[], { keys }: Pick<Resource, 'keys'>): boolean => before.length === keys.length && before.every((key) => keys.includes(key));
const renamed = (draft: EventDraft): Renamed => ({ id: draft.row.id, name: isErasure(draft.type) || told(draft, 'name') });

/** Fields that say whose time it is. */
const WHOSE = ['room', 'roomId', 'vendorName', 'vendorId', 'resourceId'] as const;

/** The rows as their last draft leaves them, and as they were before the first. */
function changedBy(drafts: readonly EventDraft[]): Map<string, Changed> {
  const changed = new Map<string, Changed>();
  for (const draft of drafts) {
    if (!movable(draft)) continue;
    const { collection, row } = draft;
    const earlier = changed.get(row.id);
    const before = earlier ? earlier.before : draft.before === null ? null : ({ collection, row: { ...row, ...draft.before } } as MovableRow);
    const handedOn = earlier?.handedOn === true || WHOSE.some((field) => draft.before !== null && field in draft.before);
    const erased = earlier?.erased === true || isErasure(draft.type);
    changed.set(row.id, { subject: { collection, row } as MovableRow, before, handedOn, erased });
  }
  return changed;
}

function itemsIn(drafts: readonly EventDraft[]): Part['items'] {
  const items = new Map<string, { row: OwnedItem['row']; before: OwnedItem['row'] | null; erased: boolean }>();
  for (const draft of drafts) {
    if (draft.collection !== 'runSheetItems') continue;
    const { row } = draft;
    const earlier = items.get(row.id);
    const before = earlier ? earlier.before : draft.before === null ? null : ({ ...row, ...draft.before } as OwnedItem['row']);
    items.set(row.id, { row, before, erased: earlier?.erased === true || isErasure(draft.type) });
  }
  return items;
}

function isRetold({ subject, before, erased }: Changed): boolean {
  return subject.collection === 'weddings' && before?.collection === 'weddings' && (erased || before.row.title !== subject.row.title || before.row.zone !== subject.row.zone);
}

/** Its items may stand elsewhere now, or say something else. */
function isResheeted(one: Changed): boolean {
  const { subject, before, handedOn } = one;
  return subject.collection === 'weddings' && before?.collection === 'weddings' && (handedOn || isRetold(one) || before.row.status !== subject.row.status);
}

/**
 * The weddings of which a booking or a place in a plan stands in a calendar beside items, and did not, or the other way round. In one that is
 * gone through it may come to stand only now, whatever it was before, and so may the wedding itself.
 */
function coveredBy({ subject, before }: Changed, calendars: readonly WrittenCalendar[]): string[] {
  const stands = (row: MovableRow | null, calendar: WrittenCalendar): string | null => (row !== null && wishFor(row, calendar, 0) !== 'absent' ? weddingIdOf(row) : null);
  return calendars.flatMap((calendar) => {
    if (subject.collection === 'weddings' && !calendar.filled) return [];
    const [was, is] = [stands(before, calendar), stands(subject, calendar)];
    return was === is && !calendar.filled ? [] : [was, is].filter((id) => id !== null);
  });
}

/** An item as its calendars need it. */
export const owned = (row: OwnedItem['row'], wedding: OwnedItem['wedding'], owners: Owners): OwnedItem =>
  ({ collection: 'runSheetItems', row, wedding, ownerIds: ownersOf(row.owner, owners) });
