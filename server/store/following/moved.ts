import { isErasure } from '../../../core/contract/events.ts';
import type { RowOf } from '../../../core/contract/record.ts';
import { FOLLOWING } from '../../../core/contract/record/row.ts';
import type { FollowingCollection, FollowingRow } from '../../../core/domain/conflicts/following.ts';
import { resourceKey } from '../../../core/domain/conflicts/occupancies.ts';
import type { DraftOf, EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Share } from '../record.ts';

/** What one organisation's drafts say of weddings that move and of what is theirs. Pure. */

type FollowingDraft = DraftOf<FollowingCollection>;
const isFollowing = (draft: EventDraft): draft is FollowingDraft => (FOLLOWING as readonly string[]).includes(draft.collection);

/** A wedding as it was before the drafts, and as the last of them leaves it. */
export interface Moved {
  readonly was: RowOf<'weddings'>;
  readonly is: RowOf<'weddings'>;
}

const TIMES = ['startsAt', 'endsAt', 'callTime'] as const;
const tells = (draft: EventDraft, ...fields: readonly string[]): boolean =>
  draft.before !== null && fields.some((field) => field in (draft.before ?? {}));
/** As the record will have it, but for its place in the log. */
const asRow = <R>(row: object): R => ({ seq: 0, updatedAt: '', ...row }) as R;

export interface Told {
  readonly organisationId: string;
  /** Weddings that somebody outside has moved, to another time or another room. */
  readonly moved: readonly Moved[];
  /** Weddings of which something was moved or called off, by whomever. */
  readonly touched: ReadonlySet<string>;
  /** Weddings and what is theirs, as the last draft leaves them. */
  readonly weddings: ReadonlyMap<string, RowOf<'weddings'>>;
  readonly rows: ReadonlyMap<string, FollowingRow>;
  /** Ids of rows of which something was moved or called off, and that name no wedding. */
  readonly unnamed: ReadonlySet<string>;
  /** Ids of rows that these drafts make, or give other times: they have been told by themselves. */
  readonly apart: ReadonlySet<string>;
}

/** Null = nothing of it is about when a wedding, or something of one, is. */
export function toldBy({ organisationId, drafts }: Share): Told | null {
  const weddings = new Map<string, RowOf<'weddings'>>();
  const before = new Map<string, RowOf<'weddings'>>();
  const outside = new Set<string>();
  const rows = new Map<string, FollowingRow>();
  const apart = new Set<string>();
  const touched = new Set<string>();
  const unnamed = new Set<string>();
  // A person who takes theirs has moved it as they did.
  const taken = new Set(drafts.flatMap((draft) => (draft.collection === 'differences' && draft.row.kept === 'theirs' ? [draft.row.subject.id] : [])));
  for (const draft of drafts) {
    if (draft.collection === 'weddings') {
      const { id } = draft.row;
      const was = before.get(id) ?? (draft.before === null ? null : asRow<RowOf<'weddings'>>({ ...draft.row, ...draft.before }));
      weddings.set(id, asRow(draft.row));
      if (was) before.set(id, was);
      if (tells(draft, 'startsAt', 'endsAt', 'status')) touched.add(id);
      if (was && (draft.source !== null || taken.has(id)) && !isErasure(draft.type) && tells(draft, 'startsAt', 'room')) outside.add(id);
    } else if (isFollowing(draft)) {
      rows.set(draft.row.id, { collection: draft.collection, row: asRow(draft.row) } as FollowingRow);
      if (draft.before === null || tells(draft, ...TIMES)) apart.add(draft.row.id);
      if (!tells(draft, ...TIMES, 'status')) continue;
      if (draft.row.weddingId !== null) touched.add(draft.row.weddingId);
      else if (draft.collection === 'allocations') unnamed.add(draft.row.id);
    }
  }
  const moved = [...outside].flatMap((id): Moved[] => {
    const [was, is] = [before.get(id), weddings.get(id)];
    return was && is && (Date.parse(was.startsAt) !== Date.parse(is.startsAt) || roomKey(was) !== roomKey(is)) ? [{ was, is }] : [];
  });
  return moved.length + touched.size + unnamed.size === 0 ? null : { organisationId, moved, touched, unnamed, weddings, rows, apart };
}

export const roomKey = ({ room }: Pick<RowOf<'weddings'>, 'room'>): string | null => (room === null ? null : resourceKey(room));
