import { EVENT_TYPES } from '../../core/contract/events.ts';
import type { RowOf } from '../../core/contract/record.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { LinkWord, OpenLink } from '../../core/domain/record/openLinks.ts';
import type { Tx } from '../store/database.ts';
import { erasedRemoteId } from '../store/erasedMappings.ts';
import { givenBy, heal } from '../store/links/heal.ts';
import type { NamedBy, ParkedFor } from '../store/links/read.ts';
import type { LinkWrites } from '../store/links/write.ts';
import { stillLoose } from './replayed.ts';
import { SYSTEM, type Settled } from './settle.ts';
import type { WorkingView } from './view.ts';

export interface Following {
  readonly organisationId: string;
  readonly settled: readonly Settled[];
  /** With everything that they have planned in it. */
  readonly view: WorkingView;
  readonly now: number;
  readonly newId: () => string;
}

export interface FollowedBatch {
  /** In the same order; a card of a row that has found its wedding in the same batch was never opened. */
  readonly settled: Settled[];
  readonly drafts: readonly EventDraft[];
  readonly links: LinkWrites | null;
}

type Word = LinkWord & { readonly connectionId: string; readonly deliveryId: string };

const SEPARATOR = '\n';
const keyOf = (...parts: readonly string[]): string => parts.join(SEPARATOR);

/**
 * What the facts of a batch name and what names them, in whatever order they came: links that can be followed now are, and the others are
 * kept. Asks the database nothing unless something is known now that was waited for, or a row was given its wedding.
 */
export async function followBatch(tx: Tx, { organisationId, settled, view, now, newId }: Following): Promise<FollowedBatch> {
  const words = lastWords(settled);
  const mapped = settled.flatMap(({ delivery: { id: deliveryId, connectionId }, mappings }) => mappings.map(({ remoteType: type, remoteId: id }) => ({ deliveryId, connectionId, type, id })));
  const named = mapped.filter(({ connectionId, type, id }) => view.isAwaited(connectionId, type, id));
  const given = new Map(settled.flatMap(({ delivery, drafts }) => [...givenBy(drafts, delivery.id)]));
  const parked = settled.flatMap(({ delivery, awaits = [] }) => awaits.map(({ type, id }): ParkedFor => ({ deliveryId: delivery.id, by: { connectionId: delivery.connectionId, type, id } })));
  const drop = [...words.values()].filter((word) => !word.late && view.waits(word.id)).map(({ id, field }) => ({ id, field: field }));
  const links = [...words.values()].flatMap(({ collection, id, field, connectionId, awaits, late }): OpenLink[] => (awaits ? [{ collection, id, field, connectionId, awaits, targetId: null, late }] : []));
  const loose = await stillLoose(tx, organisationId, settled);
  if (loose.size === 0 && named.length === 0 && given.size === 0 && parked.length === 0 && drop.length === 0 && links.length === 0) return { settled: [...settled], drafts: [], links: null };

  // An object whose id names somebody who was erased is awaited by its hash.
  const plain = new Map(named.map(({ connectionId, type, id }) => [erasedRemoteId(connectionId, type, id), id]));
  const isKnown = ({ connectionId, type, id }: NamedBy) => view.of(connectionId).mapping(type, plain.get(id) ?? id) !== null;
  const gone = new Set(settled.flatMap(({ drafts }) => drafts.filter((draft) => EVENT_TYPES[draft.type].change === 'deleted').map((draft) => draft.row.id)));
  const causes = new Map(mapped.map(({ deliveryId, connectionId, type, id }) => [keyOf(connectionId, type, id), deliveryId]));
  const any = view.of('');
  const healed = await heal(tx, {
    organisationId, links, given, now, newId,
    named: named.flatMap(({ connectionId, type, id }) => [{ connectionId, type, id }, { connectionId, type, id: erasedRemoteId(connectionId, type, id) }]),
    isReplaced: (link) => words.get(keyOf(link.id, link.field))?.late === false,
    causeOf: ({ connectionId, awaits, id, field }) => causes.get(keyOf(connectionId, awaits.type, plain.get(awaits.id) ?? awaits.id)) ?? words.get(keyOf(id, field))?.deliveryId ?? null,
    mapping: (connectionId, { type, id }) => view.of(connectionId).mapping(type, plain.get(id) ?? id),
    row: (collection, id) => any.row(collection, id),
    isGone: (id) => gone.has(id),
    alerts: (subjectId) => any.unresolvedAlerts(subjectId),
    isSettled: () => false,
    context: (deliveryId) => ({ actor: SYSTEM, source: null, deliveryId }),
  });
  const back = [...healed.parked, ...parked].filter(({ by }) => isKnown(by)).map(({ deliveryId }) => deliveryId);
  return {
    settled: settled.map((one) => stillParked(withoutCards(one, healed.given), loose.get(one.delivery.id) ?? [], healed.given)),
    drafts: healed.drafts,
    links: {
      organisationId,
      drop: [...drop, ...healed.closed.map(({ id, field }) => ({ id, field: field })), ...back.map((id) => ({ id, field: '' }))],
      put: healed.open,
      parked: parked.filter(({ by }) => !isKnown(by)),
      again: [...new Set(back)],
      done: healed.done,
    },
  };
}

/** Of each link the last word, a late one only where there is no other. */
function lastWords(settled: readonly Settled[]): Map<string, Word> {
  const words = new Map<string, Word>();
  for (const { delivery, links = [] } of settled) {
    for (const word of links) {
      const key = keyOf(word.id, word.field);
      if (!word.late || !words.has(key)) words.set(key, { ...word, connectionId: delivery.connectionId, deliveryId: delivery.id });
    }
  }
  return words;
}

const isCard = (draft: EventDraft): draft is Extract<EventDraft, { collection: 'reviewItems' }> => draft.type === 'review.opened' && draft.collection === 'reviewItems';
type Card = Pick<RowOf<'reviewItems'>, 'id'>;

/** The same delivery without cards about these rows, nor alerts about such cards. */
function withoutCards(one: Settled, given: ReadonlySet<string>): Settled {
  if (one.state !== 'parked') return one;
  const cards = one.drafts.filter(isCard);
  const over = new Set(cards.filter(({ row }) => row.about && given.has(row.about.id)).map(({ row }: { readonly row: Card }) => row.id));
  if (over.size === 0) return one;
  const drafts = one.drafts.filter((draft) => !over.has(draft.row.id) && !(draft.collection === 'alerts' && draft.row.subject && over.has(draft.row.subject.id)));
  return { ...one, drafts, ...(over.size === cards.length ? { state: 'processed', reason: null } : {}) };
}

/** Worked on again, and a row that it once made still has no wedding: its card stays open, and so it stays parked. */
function stillParked(one: Settled, loose: readonly string[], given: ReadonlySet<string>): Settled {
  return one.state === 'processed' && loose.some((id) => !given.has(id)) ? { ...one, state: 'parked', reason: 'normalise.no_wedding_matched' } : one;
}
