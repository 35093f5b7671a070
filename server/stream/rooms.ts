import type { Snapshot } from '../../core/contract/record.ts';
import type { Subject } from '../../core/domain/access/may.ts';
import { isWhole, viewKey, viewSnapshot, type View } from '../../core/domain/access/view.ts';

export const presentRoom = (organisationId: string) => `present:${organisationId}`;
/** Those of the house, who are told who else is here. */
export const houseRoom = (organisationId: string) => `house:${organisationId}`;
export const organisationRoom = (organisationId: string) => `live:${organisationId}`;

/** A live room in which everybody is given the same part of the record; a frame is cut to it once, not once for each. */
export interface ViewRoom {
  readonly name: string;
  readonly view: View;
}

/** The rooms with somebody in them that are not given everything. */
export interface ViewRooms {
  of(organisationId: string): Iterable<ViewRoom>;
  /** Name of the room of a view, to be listed until {@link leave} was called as often. */
  enter(view: View): string;
  leave(view: View): void;
}

const nameOf = (view: View): string => {
  const { organisationId } = view.subject;
  return isWhole(view) ? organisationRoom(organisationId) : `${organisationRoom(organisationId)}:${viewKey(view)}`;
};

export function createViewRooms(): ViewRooms {
  const rooms = new Map<string, Map<string, ViewRoom & { members: number }>>();
  return {
    of: (organisationId) => rooms.get(organisationId)?.values() ?? [],
    enter(view) {
      const name = nameOf(view);
      if (isWhole(view)) return name;
      const { organisationId } = view.subject;
      const own = rooms.get(organisationId) ?? new Map<string, ViewRoom & { members: number }>();
      rooms.set(organisationId, own);
      const room = own.get(name) ?? { name, view, members: 0 };
      own.set(name, room);
      room.members += 1;
      return name;
    },
    leave(view) {
      const { organisationId } = view.subject;
      const own = rooms.get(organisationId);
      const room = own?.get(nameOf(view));
      if (!own || !room) return;
      room.members -= 1;
      if (room.members > 0) return;
      own.delete(room.name);
      if (own.size === 0) rooms.delete(organisationId);
    },
  };
}

/** What the room of one wedding holds for somebody of the house. */
export function snapshotOfWedding(snapshot: Snapshot, weddingId: string): Snapshot {
  const subject: Subject = { organisationId: snapshot.organisation.id, role: 'owner', weddingId: null, contactId: null, bookingIds: [] };
  return viewSnapshot({ subject, weddingId }, snapshot);
}
