import type { Alert, ReviewItem } from '../../contract/record/attention.ts';
import type { Severity } from '../../contract/record/row.ts';
import { activeWeather } from '../day/weather.ts';
import { severityRank } from '../day/openAlerts.ts';
import { moneyText } from '../money/money.ts';
import { roughly } from '../intake/silence.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import { callTimeMoved } from './callTimes.ts';
import { nearness } from './nearness.ts';
import { daysOf } from '../record/needs.ts';
import type { View } from '../record/view.ts';

export { nearness } from './nearness.ts';

/** A vendor's own sentence inside ours: its full stop would be doubled. */
const sentence = (text: string): string => text.trim().replace(/\.+$/, '');

/** News in one of these fields; an older word that merely fills in another one is none. */
const touches = (draft: EventDraft, fields: readonly string[]): boolean => draft.before === null || ['weddingId', ...fields].some((field) => Object.hasOwn(draft.before ?? {}, field));

const NOT_ANSWERING: readonly Alert['rule'][] = ['connection_failing', 'connection_warning', 'connection_disabled'];

const OF_REVIEW = { parked: 'delivery_parked', quarantined: 'delivery_quarantined', dead: 'deliveries_dead', held: 'delivery_held' } as const satisfies Readonly<Record<ReviewItem['kind'], Alert['rule']>>;

/** Which alerts a fact settles: money that came after all, a source that answers again or that a person has seen to, what was held. */
function settles(draft: EventDraft): readonly Alert['rule'][] {
  // Only what has come is sent back: the word that it came may be late.
  if (draft.type === 'payment.completed' || draft.type === 'payment.refunded') return ['payment_failed'];
  if (draft.type === 'connection.health_changed' && draft.collection === 'connections' && draft.row.health !== 'failing' && draft.row.health !== 'disabled') return draft.row.health === 'healthy' ? [...NOT_ANSWERING, 'forwarding_asked'] : NOT_ANSWERING;
  // It fails for another reason now: what was told before is not true any more.
  if (draft.type === 'connection.health_changed' && draft.collection === 'connections' && draft.row.health === 'failing') return ['connection_failing'];
  if (draft.type === 'review.resolved' && draft.collection === 'reviewItems') return [OF_REVIEW[draft.row.kind]];
  return [];
}

/**
 * Which facts must not go unseen. Reads the drafts of one delivery or command and adds `alert.raised` drafts, and
 * `alert.resolved` ones for what a later fact has settled. Severity grows as the wedding comes nearer; a fact about no
 * wedding never exceeds a warning.
 */
export function alertsFor(drafts: readonly EventDraft[], view: View, now: number, context: DraftContext, newId: () => string): EventDraft[] {
  const raised: EventDraft[] = [];
  const raise = (about: EventDraft, severity: Severity, rule: Extract<EventDraft, { collection: 'alerts' }>['row']['rule'], title: string, detail: string) => {
    const id = newId();
    raised.push(
      draftCreated(
        'alert.raised',
        'alerts',
        about.weddingId,
        { id, weddingId: about.weddingId, severity, rule, title, detail, raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: about.collection, id: about.row.id } },
        about.occurredAt,
        context,
      ),
    );
  };

  /** Bad news about the sky is told once for each wedding that is near and under it, and again when it gets worse. */
  function weather(draft: Extract<EventDraft, { collection: 'weatherNotices' }>): void {
    const { row } = draft;
    const was = draft.before?.['severity'];
    const worse = typeof was === 'string' && severityRank(row.severity) > severityRank(was as Severity);
    if (severityRank(row.severity) < severityRank('warning') || (draft.before !== null && !worse)) return;
    const own = row.weddingId === null ? daysOf(row.startsAt, row.endsAt).flatMap((day) => view.weddingsByDate(day)) : [view.row('weddings', row.weddingId)].filter((one) => one !== null);
    for (const wedding of own) {
      if (!['today', 'soon'].includes(nearness(wedding, now)) || wedding.status === 'cancelled' || activeWeather([{ ...row, seq: 0, updatedAt: '' }], [wedding], now).length === 0) continue;
      raise({ ...draft, weddingId: wedding.id }, row.severity, 'weather', row.headline, `${row.place === '' ? 'It' : row.place} is where ${wedding.title} marry.`);
    }
  }

  for (const draft of drafts) {
    const settled = settles(draft);
    if (settled.length > 0) {
      for (const alert of view.unresolvedAlerts(draft.row.id)) {
        if (!settled.includes(alert.rule)) continue;
        const resolved = draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, draft.occurredAt, context);
        if (resolved) raised.push(resolved);
      }
    }
    const wedding = draft.weddingId ? view.row('weddings', draft.weddingId) : null;
    const near = nearness(wedding, now);
    const couple = wedding?.title ?? 'no wedding yet';
    if (draft.type === 'payment.failed' && draft.collection === 'payments' && touches(draft, ['status', 'failureReason', 'amountMinor'])) {
      const { amountMinor, currency, payerName, failureReason, description } = draft.row;
      raise(draft, near === 'today' || near === 'soon' ? 'critical' : 'warning', 'payment_failed', `Payment failed: ${moneyText(amountMinor, currency)}`, `${payerName ?? description ?? 'A payment'} for ${couple}${failureReason ? `: ${sentence(failureReason)}` : ''}.`);
    }
    if (draft.type === 'payment.refunded' && draft.collection === 'payments' && touches(draft, ['status', 'refundedMinor'])) {
      raise(draft, 'notice', 'payment_refunded', `Refunded: ${moneyText(draft.row.refundedMinor, draft.row.currency)}`, `${draft.row.description ?? draft.row.payerName ?? 'A payment'} for ${couple}.`);
    }
    if (draft.type === 'booking.cancelled' && draft.collection === 'bookings') {
      const who = draft.row.vendorName ?? draft.row.title;
      raise(draft, near === 'today' ? 'emergency' : near === 'soon' ? 'critical' : 'warning', 'booking_cancelled', `${who} has cancelled`, `${draft.row.title} for ${couple}${near === 'today' ? ', today' : ''}. A replacement is needed.`);
    }
    const moved = callTimeMoved(draft, wedding, now);
    if (moved) raise(draft, moved.severity, 'call_time_moved', moved.title, moved.detail);
    if (draft.type === 'wedding.updated' && draft.collection === 'weddings' && draft.before && 'guestCount' in draft.before && draft.row.guestCount !== null) {
      const was = draft.before['guestCount'];
      raise(draft, near === 'today' ? 'warning' : 'notice', 'guest_count_changed', `Guest count is now ${draft.row.guestCount}`, `${draft.row.title}${typeof was === 'number' ? `: it was ${was}` : ''}.`);
    }
    if (draft.collection === 'messages' && draft.row.direction === 'out' && draft.row.status === 'failed' && draft.before?.['status'] !== undefined) {
      const { toAddress, subject, failureReason } = draft.row;
      raise(draft, near === 'today' || near === 'soon' ? 'critical' : 'warning', 'message_failed', `A message to ${toAddress ?? 'somebody'} did not arrive`, `${subject ?? 'It'} is for ${couple}${failureReason ? `: ${sentence(failureReason)}` : ''}.`);
    }
    if (draft.collection === 'weatherNotices') weather(draft);
    if (draft.type === 'review.opened' && draft.collection === 'reviewItems') {
      const { kind } = draft.row;
      const parked = kind === 'parked';
      if (kind === 'held') raise(draft, 'warning', 'delivery_held', 'A system changes more than it usually does', `${draft.row.title}. Nothing of what is held was applied; let it through or throw it away.`);
      // Those that were given up are counted together and told once; see deadLetters.ts.
      else if (kind !== 'dead') raise(draft, parked ? 'notice' : 'warning', parked ? 'delivery_parked' : 'delivery_quarantined', parked ? 'A fact matches no wedding' : 'A delivery could not be used', `${draft.row.title}. It is kept and waits for a person.`);
    }
    if (draft.type === 'connection.health_changed' && draft.collection === 'connections' && draft.row.health === 'failing') {
      const ended = draft.row.healthReason === 'connect.leave_ended';
      if (ended) raise(draft, 'warning', 'connection_failing', `${draft.row.name} needs leave again`, `It has taken our access back. Its facts are late until somebody gives leave again at the connection; what it delivers is kept.`);
      else if (draft.row.healthReason === 'normalise.no_access') raise(draft, 'warning', 'connection_failing', `${draft.row.name} does not accept our key any more`, `Its facts are late until a new key is entered at the connection, or leave is given again. What it sends is still taken; what has to be read there waits and is made up for.`);
      else if (draft.row.healthReason?.startsWith('desk.') === true) raise(draft, 'warning', 'connection_failing', `${draft.row.name} needs its key again`, `The computer that keeps its key cannot call it. Its facts are late until somebody sees to it at the connection; what it delivers is kept.`);
      else raise(draft, 'warning', 'connection_failing', `${draft.row.name} is not answering`, `Its facts are late until it answers again. Deliveries are kept and retried.`);
    }
    if (draft.type === 'connection.health_changed' && draft.collection === 'connections' && draft.row.quiet && draft.before && 'quiet' in draft.before) {
      const { usualMs, since } = draft.row.quiet;
      raise(draft, 'warning', 'connection_warning', `${draft.row.name} is quieter than usual`, `It is usually heard every ${roughly(usualMs)} or so, and has been silent for ${roughly(now - Date.parse(since))}. Nothing says that it is broken: look whether its webhook is still switched on over there.`);
    }
    if (draft.type === 'connection.health_changed' && draft.collection === 'connections' && draft.row.health === 'disabled') {
      raise(draft, 'critical', 'connection_disabled', `${draft.row.name} was switched off`, `It has not answered for too long. What it delivers is kept and held; put it right and resume it.`);
    }
  }
  return raised;
}
