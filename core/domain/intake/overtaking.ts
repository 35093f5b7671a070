import type { Change } from '../record/changes.ts';
import type { EventDraft } from '../record/drafts.ts';
import type { Plan } from '../record/plan.ts';

/** Of a wedding nobody else's fact is planned by this. */
const WEDDING_OWN: ReadonlySet<string> = new Set(['status']);

/**
 * Whether a delivery may be worked on before older ones of other connections: nothing that they may still bring would have made it
 * another fact, and nothing that it brings would make another of theirs. Connections meet in two places only, people and
 * weddings, so:
 *
 * - it tells of no person, since several connections fill the row of one person, and whoever first has their address makes it;
 * - it makes no wedding and changes of one only its status: its days and names lead others to it;
 * - each row that it makes or changes has its wedding, and nothing is parked: what leads to none now may be led to one by what is on its
 *   way. A message to or from somebody also has found its contact.
 *
 * - what somebody did to an entry of ours is about a row that others tell of as well;
 *
 * Everything else that it is planned by (mappings, versions, its own objects) is of its own connection, whose order never changes.
 */
export function mayOvertake(changes: readonly Change[], { drafts, parked }: Pick<Plan, 'drafts' | 'parked'>): boolean {
  if (changes.some(({ kind }) => kind === 'calendarEvent') && drafts.some(({ collection }) => collection !== 'calendarEvents')) return false;
  return parked.length === 0 && changes.every(({ kind }) => kind !== 'contact') && drafts.every(standsAlone);
}

function standsAlone(draft: EventDraft): boolean {
  if (draft.weddingId === null || draft.collection === 'contacts') return false;
  if (draft.collection === 'weddings') return draft.before !== null && Object.keys(draft.before).every((field) => WEDDING_OWN.has(field));
  return draft.collection !== 'messages' || draft.before !== null || draft.row.contactId !== null;
}
