import type { ErrorCode } from '../../contract/errors.ts';
import type { PushAfter } from '../calendars/back.ts';
import type { CollectionName } from '../../contract/record.ts';
import type { Change } from './changes.ts';
import type { DraftContext, EventDraft } from './drafts.ts';
import { matchWedding } from './matching.ts';
import { linkWords, type LinkWord, type Named } from './openLinks.ts';
import { planContact } from './planContact.ts';
import { planOther } from './planOther.ts';
import { planReturned } from './planReturned.ts';
import type { PlanTools } from './planTools.ts';
import { planTrade } from './planTrade.ts';
import { tellerKey, toldAt } from './tellers.ts';
import { heard, isGone, tellerOf, unlessKept, type Standing } from './told.ts';
import type { Mapping, View } from './view.ts';
import { wordless } from './wordless.ts';

export interface MappingDraft extends Mapping {
  readonly remoteType: string;
  readonly remoteId: string;
}

/** A fact of no wedding yet. `about` = the row that was made of it; null = none could be. */
export interface Parked {
  readonly reason: ErrorCode;
  readonly title: string;
  readonly about: { readonly collection: CollectionName; readonly id: string } | null;
}

export interface Plan {
  readonly drafts: readonly EventDraft[];
  readonly mappings: readonly MappingDraft[];
  /** Facts that are kept but belong to no wedding yet; a person decides. */
  readonly parked: readonly Parked[];
  /** It told of somebody who was erased: the delivery itself must not be kept either. */
  readonly forget: boolean;
  /** What is kept of entries of ours that were changed over there; left out = there are none. */
  readonly pushes?: readonly PushAfter[];
  /** What was said of links of its rows: what they wait for, or that they do not. */
  readonly links: readonly LinkWord[];
  /** Objects without which nothing could be made of some of its facts; when one of them comes, the delivery is worked on again. */
  readonly awaits: readonly Named[];
}

/** When the facts of a delivery were told, in milliseconds since the epoch. */
export interface Heard {
  /** When the objects were read at their source; null = the facts came by themselves. */
  readonly readAt: number | null;
  /** When the delivery came; null = not known. */
  readonly receivedAt: number | null;
}

const UNKNOWN: Heard = { readAt: null, receivedAt: null };

/**
 * Turns one delivery's changes into event drafts. Pure: same view and changes, same plan (ids come from `newId`).
 * Of an object that was told before, what is older than what is held counts only where nothing newer speaks (`heard`); a fact
 * that differs in nothing gives no event.
 */
export function planChanges(changes: readonly Change[], view: View, context: DraftContext, newId: () => string, { readAt, receivedAt }: Heard = UNKNOWN): Plan {
  const drafts: EventDraft[] = [];
  const mappings: MappingDraft[] = [];
  const parked: Parked[] = [];
  const pushes: PushAfter[] = [];
  const links: LinkWord[] = [];
  const awaits: Named[] = [];
  const planned = new Map<string, MappingDraft>();
  const created = new Map<string, { weddingId?: string | null }>();

  const mappingOf = (type: string, id: string): Mapping | null => planned.get(`${type}\n${id}`) ?? view.mapping(type, id);
  const scoped: View = {
    mapping: mappingOf,
    row: ((collection: CollectionName, id: string) => created.get(id) ?? view.row(collection, id)) as View['row'],
    weddingsByEmail: (email) => view.weddingsByEmail(email),
    weddingsByDate: (date) => view.weddingsByDate(date),
    contactsByEmail: (email) => view.contactsByEmail(email),
    contactsByPhone: (phone) => view.contactsByPhone(phone),
    tellers(contactId) {
      const connectionId = context.source?.connectionId ?? null;
      const own = [...planned.values()].map((mapping) => ({ mapping, key: tellerKey(connectionId, mapping.remoteType, mapping.remoteId) }));
      const before = view.tellers(contactId).filter((teller) => own.every(({ key }) => key !== teller.key));
      return [...before, ...own.flatMap(({ key, mapping }) => (mapping.id === contactId ? [tellerOf(key, mapping.told)] : []))];
    },
    pushStanding: (pushId) => view.pushStanding?.(pushId) ?? null,
    wholesOf: (calendarId) => view.wholesOf?.(calendarId) ?? [],
    wasOurs: (mark) => view.wasOurs?.(mark) === true,
    openDifference: (pushId) => view.openDifference?.(pushId) ?? null,
    unresolvedAlerts: (subjectId) => view.unresolvedAlerts(subjectId),
  };
  let standing: Standing = { remoteVersion: null, told: null };
  let remembered = false;
  const remember = (change: Change, collection: CollectionName, id: string) => {
    const mapping: MappingDraft = { collection, id, remoteType: change.remote.type, remoteId: change.remote.id, ...standing };
    planned.set(`${change.remote.type}\n${change.remote.id}`, mapping);
    mappings.push(mapping);
    remembered = true;
  };
  const localId = (ref: { type: string; id: string } | null | undefined, collection: CollectionName): string | null => {
    const mapped = ref ? mappingOf(ref.type, ref.id) : null;
    return mapped?.collection === collection ? mapped.id : null;
  };
  const push = (draft: EventDraft | null) => {
    if (!draft) return;
    drafts.push(draft);
    created.set(draft.row.id, draft.row as { weddingId?: string | null });
  };

  const isErased = (ref: { type: string; id: string } | null | undefined): boolean => (ref ? mappingOf(ref.type, ref.id)?.erased === true : false);
  const forget = changes.some((change) => isErased(change.remote) || isErased(change.wedding.remote) || (change.kind === 'booking' && isErased(change.contactRemote)));
  if (forget) parked.push({ reason: 'normalise.person_erased', title: 'Somebody who was erased', about: null });

  for (const told of changes) {
    if (isErased(told.remote)) continue;
    const whole = forget ? wordless(told) : told;
    const mapped = mappingOf(whole.remote.type, whole.remote.id);
    const said = unlessKept(heard(whole, mapped && { remoteVersion: mapped.remoteVersion, told: mapped.told ?? null }, readAt));
    standing = said.standing;
    remembered = false;
    const late = said.change === null;
    // When it was taken away or read counts, even if nothing else of it does.
    if (late && mapped && standing.told !== (mapped.told ?? null)) remember(whole, mapped.collection, mapped.id);
    // Of people even what is late may say something: whether they may be mailed, or that they were taken away.
    if (late && whole.kind !== 'contact') continue;
    const change = said.change ?? whole;
    const source = { ...context, source: context.source ? { ...context.source, remoteId: forget ? null : change.remote.id } : null };

    const tools: PlanTools = {
      view: scoped,
      mapped,
      origin: source,
      weddingId: () => matchWedding(change, scoped),
      localId,
      newId,
      push,
      remember: (collection, id) => remember(change, collection, id),
      park(title, about) {
        parked.push({ reason: 'normalise.no_wedding_matched', title, about });
        if (about === null && mapped === null) awaits.push({ type: change.remote.type, id: change.remote.id });
      },
    };

    if (change.kind === 'calendarEvent') {
      const back = planReturned(change, tools, receivedAt);
      if (back !== null) {
        pushes.push(...back);
        continue;
      }
    }
    switch (change.kind) {
      case 'contact':
        planContact(change, {
          ...tools, late, told: standing.told, at: toldAt(change, readAt, receivedAt),
          remember(id, says) {
            standing = { ...standing, told: { ...(standing.told ?? { at: {} }), ...says } };
            remember(change, 'contacts', id);
          },
        });
        break;
      case 'wedding':
      case 'booking':
      case 'payment':
        planTrade(change, tools);
        break;
      case 'message':
      case 'document':
      case 'calendarEvent':
      case 'weather':
        planOther(change, tools);
        break;
    }
    const made = remembered && !forget ? mappings.at(-1) : undefined;
    if (made) links.push(...linkWords(change, made, scoped, change.remote.version !== null && standing.remoteVersion !== change.remote.version));
    // Taken away while it is not here: what is older than that must not bring it.
    const namesNothing = change.kind === 'contact' && change.knownOnly === true;
    if (isGone(change) && !late && !remembered && !namesNothing && change.remote.version !== null) {
      remember(change, change.kind === 'contact' ? 'contacts' : 'calendarEvents', mapped?.id ?? newId());
    }
  }
  return { drafts, mappings, parked, forget, links, awaits: forget ? [] : awaits, ...(pushes.length === 0 ? {} : { pushes }) };
}
