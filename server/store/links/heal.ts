import { sql } from 'kysely';
import type { AnyRow, CollectionName, RowOf } from '../../../core/contract/record.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import { alertsFor } from '../../../core/domain/alerts/alerts.ts';
import { alertsAnew } from '../../../core/domain/alerts/anew.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { filled, followLinks, LINKED, type Named, type OpenLink } from '../../../core/domain/record/openLinks.ts';
import type { Mapping, View } from '../../../core/domain/record/view.ts';
import { viewOfAlerts } from '../alertsAbout.ts';
import type { Tx } from '../database.ts';
import { readRows } from '../rows.ts';
import { readWaiting, type NamedBy, type ParkedFor } from './read.ts';

/** A row that was of no wedding and has been given one. */
export interface Given {
  readonly weddingId: string;
  /** By what this delivery brought; null = by a person. */
  readonly deliveryId: string | null;
}

/** Rows that had no wedding before these drafts. */
export function givenBy(drafts: readonly EventDraft[], deliveryId: string | null): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const { row, before } of drafts) {
    if (before?.['weddingId'] === null && 'weddingId' in row && row.weddingId !== null) given.set(row.id, { weddingId: row.weddingId, deliveryId });
  }
  return given;
}

/** What has just been decided and is not recorded yet. */
export interface Occasion {
  readonly organisationId: string;
  /** Links that it opens. */
  readonly links: readonly OpenLink[];
  /** Objects that are known from now on and were waited for. */
  readonly named: readonly NamedBy[];
  readonly given: ReadonlyMap<string, Given>;
  /** Something newer was said of this link. */
  readonly isReplaced: (link: OpenLink) => boolean;
  /** The delivery with which this link could be followed. */
  readonly causeOf: (link: OpenLink) => string | null;
  readonly mapping: (connectionId: string, named: Named) => Mapping | null;
  /** As it stands now; null = not at hand. */
  readonly row: <C extends CollectionName>(collection: C, id: string) => RowOf<C> | null;
  /** It was taken away by it. */
  readonly isGone: (rowId: string) => boolean;
  /** Those that are at hand. */
  readonly alerts: (subjectId: string) => readonly Alert[];
  /** Cards that are seen to elsewhere. */
  readonly isSettled: (card: { readonly id: string; readonly deliveryId: string }) => boolean;
  readonly context: (deliveryId: string | null) => DraftContext;
  readonly now: number;
  readonly newId: () => string;
}

export interface Healed {
  readonly drafts: readonly EventDraft[];
  /** Links that wait on, and those that do not. */
  readonly open: readonly OpenLink[];
  readonly closed: readonly OpenLink[];
  /** Every row that has its wedding now. */
  readonly given: ReadonlySet<string>;
  readonly parked: readonly ParkedFor[];
  /** Parked deliveries whose last card is closed by it. */
  readonly done: readonly string[];
}

/** Fills in what waited for what has come, and closes the cards of rows that have their wedding by it. The caller holds the organisation's row. */
export async function heal(tx: Tx, occasion: Occasion): Promise<Healed> {
  const { organisationId, context } = occasion;
  const asked = occasion.named.length > 0 || occasion.given.size > 0;
  const waiting = asked ? await readWaiting(tx, organisationId, occasion.named, [...occasion.given.keys()]) : { links: [], parked: [] };
  const links = [...waiting.links.filter((link) => !occasion.isReplaced(link)), ...occasion.links];
  const loaded = await loadRows(tx, occasion, links);
  const followed = followLinks(links, {
    mapping: occasion.mapping,
    row: (collection, id) => occasion.row(collection, id) ?? loaded.get(id) ?? null,
    given: (id) => occasion.given.get(id)?.weddingId ?? null,
  });

  const given = new Map(occasion.given);
  const drafts: EventDraft[] = [];
  const anew: EventDraft[] = [];
  for (const fill of followed.fills) {
    const deliveryId = occasion.causeOf(fill.link) ?? given.get(fill.link.targetId ?? '')?.deliveryId ?? null;
    const draft = filled(fill, context(deliveryId));
    if (!draft) continue;
    drafts.push(draft);
    if (fill.fields.weddingId === undefined) continue;
    given.set(fill.row.id, { weddingId: fill.fields.weddingId, deliveryId });
    anew.push(draft);
  }
  const cards = await cardsAbout(tx, organisationId, [...given.keys()]);
  const closing = cards.filter((card) => card.meant && !occasion.isSettled(card));
  const alerts = await alertsOf(tx, occasion, [...anew.map((draft) => draft.row.id), ...closing.map((card) => card.id)]);
  drafts.push(...(await toldAnew(tx, occasion, anew, alerts)), ...(await closed(tx, occasion, closing.map((card) => card.id), alerts)));
  const still = new Set(cards.filter((card) => !card.meant && !occasion.isSettled(card)).map((card) => card.deliveryId));
  const done = [...new Set(closing.map((card) => card.deliveryId))].filter((id) => !still.has(id));
  return { drafts, open: followed.open, closed: followed.closed, given: new Set(given.keys()), parked: waiting.parked, done };
}

/** Rows that wait and are not at hand. */
async function loadRows(tx: Tx, { organisationId, row, isGone }: Occasion, links: readonly OpenLink[]): Promise<Map<string, AnyRow>> {
  const loaded = new Map<string, AnyRow>();
  for (const collection of LINKED) {
    const ids = [...new Set(links.filter((link) => link.collection === collection && row(collection, link.id) === null && !isGone(link.id)).map((link) => link.id))];
    if (ids.length === 0) continue;
    for (const one of await readRows(tx, organisationId, collection, ids)) loaded.set(one.id, one);
  }
  return loaded;
}

interface Card {
  readonly id: string;
  readonly deliveryId: string;
  /** It is about one of the rows; else it is another open card of the same delivery. */
  readonly meant: boolean;
}

async function cardsAbout(tx: Tx, organisationId: string, rowIds: readonly string[]): Promise<Card[]> {
  if (rowIds.length === 0) return [];
  const { rows } = await sql<Card>`
    select id, delivery_id, coalesce(about->>'id' = any(${[...rowIds]}::text[]), false) as meant from review_items
    where organisation_id = ${organisationId} and state = 'open' and kind = 'parked' and delivery_id in (
      select delivery_id from review_items where organisation_id = ${organisationId} and state = 'open' and kind = 'parked' and about->>'id' = any(${[...rowIds]}::text[])
    )
  `.execute(tx);
  return rows;
}

/** Alerts about these that are not resolved, as the record knows them with what is at hand. */
async function alertsOf(tx: Tx, { organisationId, row, alerts }: Occasion, subjectIds: readonly string[]): Promise<View> {
  const ids = subjectIds.length === 0 ? [] : (await sql<{ id: string }>`
    select id from alerts where organisation_id = ${organisationId} and subject->>'id' = any(${[...subjectIds]}::text[]) and state <> 'resolved'
  `.execute(tx)).rows.map(({ id }) => id);
  const stored = ids.length === 0 ? [] : await readRows(tx, organisationId, 'alerts', ids);
  const all = new Map([...stored.map((alert) => row('alerts', alert.id) ?? alert), ...subjectIds.flatMap(alerts)].map((alert) => [alert.id, alert]));
  return viewOfAlerts((subjectId) => [...all.values()].filter((alert) => alert.state !== 'resolved' && alert.subject?.id === subjectId));
}

async function toldAnew(tx: Tx, { organisationId, row, context, now, newId }: Occasion, drafts: readonly EventDraft[], about: View): Promise<EventDraft[]> {
  const told = drafts.filter((draft) => about.unresolvedAlerts(draft.row.id).length > 0);
  const ids = [...new Set(told.flatMap(({ weddingId }) => weddingId ?? []))].filter((id) => row('weddings', id) === null);
  const loaded = ids.length === 0 ? [] : await readRows(tx, organisationId, 'weddings', ids);
  return told.flatMap((draft) => {
    const wedding = draft.weddingId === null ? null : (row('weddings', draft.weddingId) ?? loaded.find((one) => one.id === draft.weddingId));
    return wedding ? alertsAnew(draft, about, { wedding, context: context(draft.deliveryId), now, newId }) : [];
  });
}

async function closed(tx: Tx, { organisationId, context, now, newId }: Occasion, cardIds: readonly string[], about: View): Promise<EventDraft[]> {
  const cards = cardIds.length === 0 ? [] : await readRows(tx, organisationId, 'reviewItems', cardIds);
  return cards.flatMap((card) => {
    const own = context(card.deliveryId);
    const resolved = draftUpdated('review.resolved', 'reviewItems', null, card, { state: 'resolved' }, null, own);
    return resolved ? [resolved, ...alertsFor([resolved], about, now, own, newId)] : [];
  });
}
