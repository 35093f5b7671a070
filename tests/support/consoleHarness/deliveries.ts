import type { DeliveryLine, DeliveryState, DeliveryWhole, Lot, Replay, ReplayPreview } from '../../../core/contract/deliveries.ts';
import type { DryRun } from '../../../core/contract/dryRuns.ts';
import { codedError } from '../../../core/contract/errors.ts';
import type { HeldLot, ReviewItem } from '../../../core/contract/record/attention.ts';
import type { Payment } from '../../../core/contract/record/trade.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { summaryOf } from '../../../renderer/deliveries/previewSummary.ts';
import type { DeliveryCalls } from '../../../renderer/state/backend/deliveries.ts';
import { fixtureId, HONEYBOOK, STRIPE, VSCO, WEDDING_A, WEDDING_B } from '../fixtures/record.ts';

/** A played log of deliveries: 130 of them, some stuck. Working on one again makes it used, after a moment. */

const COUNT = 130;
const MINUTE = 60_000;
const STUCK: Readonly<Record<number, readonly [DeliveryState, string]>> = {
  1: ['parked', 'normalise.no_wedding_matched'],
  3: ['quarantined', 'normalise.shape_unknown'],
  4: ['dead', 'normalise.reread_failed'],
  6: ['held', 'held.deletes'],
  7: ['held', 'held.deletes'],
  9: ['waiting', 'breaker.open'],
  11: ['ignored', 'normalise.event_unknown'],
};

const BODY = `{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"amount":245000,"receipt_email":"••• (e-mail)","billing":{"name":"ليلى الحداد","phone":"••• (phone)"},"metadata":{"room":"The Orangery & Great hall"}}}}`;

function lines(start: number): DeliveryLine[] {
  return Array.from({ length: COUNT }, (_, index): DeliveryLine => {
    const at = new Date(start - index * 7 * MINUTE).toISOString();
    const [state, reason] = STUCK[index] ?? (['processed', null] as const);
    const vsco = index % 3 === 1 || state === 'held';
    return {
      id: fixtureId(9, index), connectionId: vsco ? VSCO : STRIPE, system: vsco ? 'vsco-workspace' : 'stripe', origin: vsco && index % 2 === 0 ? 'poll' : 'webhook',
      priority: vsco && index % 2 === 0 ? 'bulk' : index % 3 === 2 ? 'urgent' : 'normal',
      vendorEvent: index === 3 ? null : vsco ? 'order.updated' : (['payment_intent.succeeded', 'charge.refunded', 'payment_intent.payment_failed'][index % 3] ?? null),
      vendorKey: `evt_1Pq${(index * 104_729).toString(36)}Zk4`, state, reason, attempts: state === 'dead' ? 16 : state === 'waiting' ? 3 : 1,
      receivedAt: at, doneAt: state === 'processed' ? at : null, nextAttemptAt: state === 'waiting' ? new Date(start + 4 * MINUTE).toISOString() : null,
      weddingIds: state === 'processed' ? [index % 2 === 0 ? WEDDING_A : WEDDING_B] : [],
    };
  });
}

const heldLot = (start: number): HeldLot => {
  const at = (minutes: number): string => new Date(start - minutes * MINUTE).toISOString();
  const one = (title: string, weddingId: string | null, days: number): HeldLot['sample'][number] => ({ kind: 'deletes', collection: 'bookings', title, weddingId, startsAt: new Date(start + days * 1_440 * MINUTE).toISOString() });
  return {
    kinds: [{ kind: 'deletes', count: 42, usualPerHour: 3, applied: 9 }], rows: [{ collection: 'bookings', count: 40 }, { collection: 'calendarEvents', count: 2 }], deliveries: 42,
    weddingIds: [WEDDING_A, WEDDING_B], moreWeddings: false, from: at(49), to: at(48),
    sample: [one('Okonkwo-Fairweather & Blackwood-Smythe', WEDDING_A, 0), one('Tasting', WEDDING_B, 3), one('Papadopoulos & Ní Dhomhnaill', null, 9)],
  };
};

/** The cards that such a log leaves for a person. */
export const stuckItems = (start: number): ReviewItem[] =>
  (
    [
      ['held', 6, VSCO, 'held.deletes', 'Blythe & Thornbury studio: 42 deletions (Okonkwo-Fairweather & Blackwood-Smythe, Tasting, Papadopoulos & Ní Dhomhnaill, ...)'],
      ['dead', 4, VSCO, 'normalise.reread_failed', 'order.updated from Blythe & Thornbury studio'],
      ['quarantined', 3, STRIPE, 'normalise.shape_unknown', 'A delivery without a name from Stripe, venue account'],
    ] as const
  ).map(([kind, index, connectionId, reason, title], at) => ({ id: fixtureId(7, 10 + at), version: 1, seq: 1, updatedAt: new Date(start).toISOString(), source: null, deliveryId: fixtureId(9, index), connectionId, kind, reason, title, subject: kind === 'held' ? '42 deletions' : null, about: null, lot: kind === 'held' ? heldLot(start) : null, receivedAt: new Date(start - index * 7 * MINUTE).toISOString(), state: 'open' }));

/** What the parked card of the record's fixture is about. */
export const strayPayment = (start: number): Payment => ({ id: fixtureId(5, 700), version: 1, seq: 1, updatedAt: new Date(start - 50 * MINUTE).toISOString(), source: { system: 'stripe', connectionId: STRIPE, remoteId: 'pi_stray' }, weddingId: null, bookingId: null, description: 'Deposit from an unknown address', payerName: 'Okonkwo-Fairweather, Amelia', status: 'completed', amountMinor: 50_000, refundedMinor: 0, currency: 'GBP', paidAt: new Date(start - 50 * MINUTE).toISOString(), failureReason: null });

type Calls = Omit<DeliveryCalls, 'figures' | 'connectionFigures' | 'saveFigures'>;

export interface SceneDeliveries {
  readonly calls: Calls;
  /** One more comes in. */
  deliver(): void;
  /** No dry run stands any more. */
  endDryRuns(): void;
  /** From now on this one would change something else than a dry run has shown. */
  changeMeanwhile(id: string): void;
}

export function sceneDeliveries(start: number, line: 'some' | 'none' | 'away'): SceneDeliveries {
  let all = line === 'none' ? [] : lines(start);
  const dryRuns = new Map<string, { run: DryRun; lot: Lot }>();
  let begun = 0;
  const differing = new Set<string>();
  const replays = new Map<string, { replay: Replay; ids: string[] }>();
  const now = (): string => new Date().toISOString();
  const away = () => Promise.resolve(err(codedError('server.unreachable', 'nobody there', true)));
  const chosen = (lot: Lot): DeliveryLine[] => ('ids' in lot ? all.filter(({ id }) => lot.ids.includes(id)) : all.filter(({ receivedAt }) => receivedAt >= lot.from && receivedAt <= lot.to));
  const whole = (one: DeliveryLine): DeliveryWhole => ({
    ...one,
    mediaType: 'application/json',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': '••• (covered)', 'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)' },
    body: one.id === fixtureId(9, 20) ? null : one.id === fixtureId(9, 3) ? '{"kind":"odd","nested":[1,2' : BODY,
    tries: one.attempts > 1 ? [{ at: new Date(start - 9 * MINUTE).toISOString(), code: 'normalise.reread_failed', message: 'answer 503 from the studio', ms: 812, status: 503 }, { at: new Date(start - 4 * MINUTE).toISOString(), code: 'breaker.open', message: 'left alone until 14:12', ms: null, status: null }] : [],
    changed: one.state === 'processed' ? [{ type: 'review.resolved', collection: 'reviewItems', rowId: fixtureId(7, 99), title: 'Deposit from an unknown address', weddingId: null, fields: [{ field: 'state', before: 'open', after: 'resolved' }] }, { type: 'payment.completed', collection: 'payments', rowId: fixtureId(5, 0), title: 'Final balance', weddingId: WEDDING_A, fields: [{ field: 'status', before: 'pending', after: 'completed' }, { field: 'paidAt', before: null, after: one.receivedAt }] }] : [],
    newer: one.id === fixtureId(9, 4) ? 2 : 0,
    waits: one.state === 'parked' ? [{ type: 'lead_person', id: '4711' }] : [],
  });
  const step = (id: string): Replay | null => {
    const held = replays.get(id);
    if (!held) return null;
    if (held.replay.state === 'running') {
      const done = Math.min(held.replay.total, held.replay.done + Math.max(1, Math.ceil(held.replay.total / 3)));
      all = all.map((one) => (held.ids.slice(0, done).includes(one.id) && !differing.has(one.id) && one.state !== 'processed' ? { ...one, state: 'processed', reason: null } : one));
      const differs = held.ids.slice(0, done).filter((one) => differing.has(one)).length;
      held.replay = { ...held.replay, done, differs, outcomes: { ...(done > differs ? { processed: done - differs } : {}), ...(differs > 0 ? { parked: differs } : {}) }, ...(done === held.replay.total ? { state: 'done' as const, finishedAt: now() } : {}) };
    }
    return held.replay;
  };
  const played = (one: DeliveryLine): ReplayPreview['changes'][number] => {
    if (one.state === 'processed') return { deliveryId: one.id, outcome: 'nothing' as const, reason: null, rows: [] };
    if (one.state === 'dead') return { deliveryId: one.id, outcome: 'reads_source' as const, reason: 'normalise.reread_failed', rows: [] };
    if (one.state === 'quarantined') return { deliveryId: one.id, outcome: 'refused' as const, reason: 'normalise.shape_unknown', rows: [] };
    return { deliveryId: one.id, outcome: 'changes' as const, reason: null, rows: [{ type: 'wedding.updated' as const, collection: 'weddings' as const, rowId: WEDDING_A, title: 'Okonkwo-Fairweather & Blackwood-Smythe', weddingId: WEDDING_A, fields: [{ field: 'guestCount', before: 148, after: 152 }, { field: 'room', before: 'The Orangery and Great hall', after: 'Great hall' }] }, { type: 'payment.completed' as const, collection: 'payments' as const, rowId: fixtureId(5, 900), title: 'Final balance', weddingId: WEDDING_A, fields: [{ field: 'amountMinor', before: null, after: 245_000 }, { field: 'currency', before: null, after: 'GBP' }, { field: 'weddingId', before: null, after: WEDDING_A }] }] };
  };
  const sumOf = (lines: readonly ReplayPreview['changes'][number][]): Pick<DryRun, 'fields' | 'rows' | 'outcomes' | 'reasons' | 'read'> => {
    const { fields, rows, outcomes, reasons } = summaryOf({ changes: [...lines] });
    return { fields, rows, outcomes, reasons: [...reasons], read: 0 };
  };
  const calls: Calls = {
    async search({ state, text, connection, system, wedding, origin, from, to, before, tryCode }) {
      const narrowed = all.filter((one) => (text === undefined || `${one.vendorKey} ${one.vendorEvent}`.includes(text)) && (connection === undefined || one.connectionId === connection) && (system === undefined || one.system === system) && (wedding === undefined || one.weddingIds.includes(wedding)) && (origin === undefined || one.origin === origin) && (from === undefined || one.receivedAt >= from) && (to === undefined || one.receivedAt <= to) && (tryCode === undefined || whole(one).tries.some((each) => tryCode === 'failed' || each.code === tryCode)));
      const counts: Partial<Record<DeliveryState, number>> = {};
      for (const one of narrowed) counts[one.state] = (counts[one.state] ?? 0) + 1;
      const states = state?.split(',');
      const found = narrowed.filter((one) => states === undefined || states.includes(one.state));
      const from0 = before === null ? 0 : found.findIndex((one) => `${Date.parse(one.receivedAt)}-0` === before) + 1;
      const page = found.slice(from0, from0 + 50);
      const last = page.at(-1);
      return ok({ at: now(), deliveries: page, counts, countedAll: true, before: last && from0 + 50 < found.length ? `${Date.parse(last.receivedAt)}-0` : null });
    },
    async look(id) {
      const one = all.find((each) => each.id === id);
      return one ? ok(whole(one)) : err(codedError('request.not_found', 'no such delivery'));
    },
    async preview(lot) {
      const found = chosen(lot);
      const changes = found.slice(0, 50).map(played);
      return ok({ at: now(), deliveries: found.length, changes, leftOut: Math.max(0, found.length - 50) });
    },
    async beginDryRun(lot) {
      const run: DryRun = { id: fixtureId(15, (begun += 1)), state: 'running', total: chosen(lot).length, done: 0, outcomes: {}, rows: 0, fields: 0, read: 0, reasons: [], startedAt: now(), finishedAt: null, expiresAt: new Date(Date.now() + 3_600_000).toISOString(), replayId: null };
      dryRuns.set(run.id, { run, lot });
      return run.total === 0 ? err(codedError('request.not_found', 'nothing')) : ok(run);
    },
    async dryRun(id, { after, only }) {
      const held = dryRuns.get(id);
      if (!held) return err(codedError('request.not_found', 'no such dry run'));
      const lines = chosen(held.lot).map((one) => ({ ...played(one), connectionId: one.connectionId, receivedAt: one.receivedAt, readAt: null, differs: differing.has(one.id) }));
      // It takes two looks, so that the progress is seen.
      const half = Math.ceil(held.run.total / 2);
      if (held.run.state === 'running') held.run = held.run.done < half && held.run.total > 1 ? { ...held.run, done: half } : { ...held.run, state: 'done', done: held.run.total, finishedAt: now(), ...sumOf(lines) };
      const wanted = lines.filter((one) => only === undefined || (only === 'changing' ? one.rows.length > 0 : one.differs));
      const from = after === undefined ? 0 : Number(after.split('-')[1]);
      const unread = held.run.state !== 'done' ? [] : [...Map.groupBy(lines.filter((one) => one.outcome === 'reads_source'), (one) => one.connectionId)].map(([connectionId, own]) => ({ connectionId, reason: 'normalise.reread_failed', count: own.length }));
      return ok({ ...held.run, unread, lines: wanted.slice(from, from + 50), after: wanted.length > from + 50 ? `0-${from + 50}` : null });
    },
    async cancelDryRun(id) {
      const held = dryRuns.get(id);
      if (!held) return err(codedError('request.not_found', 'no such dry run'));
      if (held.run.state === 'running') held.run = { ...held.run, state: 'cancelled', finishedAt: now() };
      return ok(held.run);
    },
    async replay(order) {
      const lot = 'dryRun' in order ? dryRuns.get(order.dryRun)?.lot : order;
      if (lot === undefined) return err(codedError('replay.dry_run_over', 'over'));
      const ids = chosen(lot).map(({ id }) => id);
      if (ids.length === 0) return err(codedError('request.invalid', 'nothing'));
      const replay: Replay = { id: fixtureId(14, replays.size + 1), state: 'running', total: ids.length, done: 0, outcomes: {}, differs: 0, startedAt: now(), finishedAt: null };
      replays.set(replay.id, { replay, ids });
      return ok(replay);
    },
    replays: async () => ok({ at: now(), replays: [...replays.values()].map(({ replay }) => replay).reverse() }),
    async replayState(id) {
      const replay = step(id);
      return replay ? ok(replay) : err(codedError('request.not_found', 'no such replay'));
    },
    async cancelReplay(id) {
      const held = replays.get(id);
      if (!held) return err(codedError('request.not_found', 'no such replay'));
      held.replay = { ...held.replay, state: 'cancelled', finishedAt: now() };
      return ok(held.replay);
    },
    async testEvent(connectionId) {
      const id = fixtureId(9, 5_000 + all.length);
      all = [{ ...(all[0] ?? lines(start)[0]!), id, connectionId, origin: 'test', vendorEvent: null, vendorKey: `test-${all.length}`, state: 'ignored', reason: 'a test event, understood', receivedAt: now(), weddingIds: [] }, ...all];
      return ok({ deliveryId: id });
    },
    refusals: async (connectionId) => ok({ at: now(), refusals: connectionId === STRIPE ? [{ code: 'intake.signature_wrong', count: 14, lastAt: new Date(start - 22 * MINUTE).toISOString() }] : [] }),
  };
  const gone: Calls = { search: away, look: away, preview: away, beginDryRun: away, dryRun: away, cancelDryRun: away, replay: away, replays: away, replayState: away, cancelReplay: away, testEvent: away, refusals: away };
  return {
    calls: line === 'away' ? gone : calls,
    endDryRuns: () => dryRuns.clear(),
    changeMeanwhile: (id) => void differing.add(id),
    deliver() {
      const first = lines(start)[0];
      if (first) all = [{ ...first, id: fixtureId(9, 3_000 + all.length), vendorKey: `evt_live${all.length}`, connectionId: HONEYBOOK, system: 'honeybook', vendorEvent: 'new_inquiry', receivedAt: now() }, ...all];
    },
  };
}
