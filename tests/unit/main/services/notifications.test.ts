import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../core/contract/deepLink.ts';
import type { Banner } from '../../../../core/contract/ipc.ts';
import type { Alert } from '../../../../core/contract/record/attention.ts';
import type { Conflict } from '../../../../core/contract/record/taking.ts';
import { DEFAULT_SETTINGS } from '../../../../core/contract/settings.ts';
import { createNotifications } from '../../../../main/services/notifications.ts';
import { STORM_LIMIT, STORM_WINDOW_MS } from '../../../../main/services/storm.ts';
import type { ToastContent, ToastEvents } from '../../../../main/services/toast.ts';
import { alert, alertRaised, AT, keyed, state, testId, wedding } from '../../../support/builders.ts';
import { handClock, keptLog, settle } from '../support/fakes.ts';

const conflict = (): Conflict => ({
  id: testId(), version: 1, seq: 1, updatedAt: AT, source: null, weddingId: null, kind: 'overlap', level: 'block', resourceIds: [], members: [], startsAt: AT, endsAt: AT, missingMs: 60_000, missingUnits: 0, raisedAt: AT, state: 'open', settledAt: null, settledBy: null, settledBecause: null,
});
const DEVICE = testId();
const day = wedding({ title: 'Amara & Tom' });
const other = wedding({ title: 'Lee & Sam' });

function make(answer: (events: ToastEvents) => void = (events) => events.shown()) {
  const clock = handClock();
  const log = keptLog();
  const toasts: { content: ToastContent; events: ToastEvents }[] = [];
  const banners: Omit<Banner, 'id' | 'at'>[] = [];
  const opened: Place[] = [];
  const dismissed: string[] = [];
  const seen: string[] = [];
  let settings = { ...DEFAULT_SETTINGS.notifications };
  const notifications = createNotifications({
    toasts: {
      supported: () => true,
      show: (content, events) => {
        toasts.push({ content, events });
        answer(events);
      },
      dismiss: (key) => dismissed.push(key),
      dismissAll: () => undefined,
    },
    clock,
    timers: clock.timers,
    log,
    settings: () => settings,
    looking: () => null,
    self: () => DEVICE,
    banner: (banner) => banners.push(banner),
    open: (place) => opened.push(place),
    seen: (alertId) => seen.push(alertId),
  });
  const raise = (fields: Partial<Alert> = {}, tables: Parameters<typeof state>[0] = {}) => {
    const row = alert({ weddingId: day.id, ...fields });
    return notifications.consider(alertRaised(row, { recordedAt: new Date(clock.now()).toISOString() }), state({ weddings: keyed(day, other), alerts: keyed(row), ...tables }));
  };
  return { clock, log, toasts, banners, opened, dismissed, seen, notifications, raise, set: (next: Partial<typeof settings>) => (settings = { ...settings, ...next }) };
}

describe('notifications', () => {
  it('takes a toast away when its alert was seen to, here or elsewhere, and leaves the others', async () => {
    const { raise, notifications, dismissed, toasts } = make();
    const row = alert({ weddingId: day.id });
    await raise();
    await notifications.consider(alertRaised(row), state({ alerts: keyed(row) }));
    const done = alertRaised({ ...row, state: 'acknowledged' }, { type: 'alert.acknowledged' });
    expect(await notifications.consider(done, state())).toBeNull();
    expect(dismissed).toEqual([row.id]);
    expect(toasts.map(({ content }) => content.key)).toContain(row.id);
  });

  it('shows a grave alert so that it stays, and its click opens the wedding at the alert', async () => {
    const { raise, toasts, opened, log } = make();
    expect(await raise({ severity: 'critical', title: 'Payment failed' })).toEqual({ outcome: 'shown' });
    expect(toasts[0]?.content).toMatchObject({ title: 'Payment failed', urgency: 'critical', sticky: true, silent: false });
    toasts[0]?.events.clicked();
    expect(opened).toMatchObject([{ view: 'day', weddingId: day.id }]);
    expect(opened[0]).toHaveProperty('alertId', expect.any(String));
    expect(log.lines[0]).toMatchObject({ message: 'notification', fields: { outcome: 'shown', severity: 'critical' } });
  });

  it.each([
    ['warning', 'normal'],
    ['critical', 'critical'],
    ['emergency', 'critical'],
  ] as const)('urgency of %s is %s', async (severity, urgency) => {
    const { raise, toasts } = make();
    await raise({ severity });
    expect(toasts[0]?.content.urgency).toBe(urgency);
  });

  it('holds back with a reason, logged', async () => {
    const { raise, toasts, log, set } = make();
    expect(await raise({ severity: 'notice' })).toEqual({ outcome: 'suppressed', why: 'below_threshold' });
    set({ enabled: false });
    expect(await raise({ severity: 'emergency' })).toEqual({ outcome: 'suppressed', why: 'disabled' });
    expect(toasts).toEqual([]);
    expect(log.lines.map((line) => line.fields['why'])).toEqual(['below_threshold', 'disabled']);
  });

  it('says in the console what could not be shown, and where it leads', async () => {
    const { raise, banners, log } = make((events) => events.failed('no_daemon', 'ServiceUnknown'));
    expect(await raise({ title: 'Florist has cancelled' })).toEqual({ outcome: 'failed', why: 'no_daemon' });
    expect(banners).toMatchObject([{ kind: 'toast_failed', severity: 'critical', title: 'Florist has cancelled', place: { view: 'day', weddingId: day.id } }]);
    expect(log.lines[0]?.fields).toMatchObject({ outcome: 'failed', why: 'no_daemon', refusal: 'ServiceUnknown' });
  });

  it('sums a storm up into one, and lets an emergency through', async () => {
    const { raise, toasts, clock, opened } = make();
    for (let n = 0; n < STORM_LIMIT; n += 1) expect(await raise({ title: `one ${n}` })).toEqual({ outcome: 'shown' });
    expect(await raise({ title: 'five' })).toEqual({ outcome: 'suppressed', why: 'grouped' });
    expect(await raise({ title: 'six', severity: 'warning' })).toEqual({ outcome: 'suppressed', why: 'grouped' });
    expect(await raise({ title: 'fire', severity: 'emergency' })).toEqual({ outcome: 'shown' });
    expect(toasts).toHaveLength(STORM_LIMIT + 1);
    clock.advance(STORM_WINDOW_MS);
    await settle();
    expect(toasts).toHaveLength(STORM_LIMIT + 2);
    expect(toasts.at(-1)?.content).toMatchObject({ title: '2 more alerts', body: 'five · six', urgency: 'critical' });
    toasts.at(-1)?.events.clicked();
    expect(opened).toEqual([{ view: 'day', weddingId: day.id, alertId: null }]);
    clock.advance(STORM_WINDOW_MS);
    expect(await raise({ title: 'later' })).toEqual({ outcome: 'shown' });
  });

  it('leads a summary of several weddings to the day', async () => {
    const { raise, toasts, clock, opened } = make();
    for (let n = 0; n < STORM_LIMIT; n += 1) await raise();
    await raise({ title: 'a' });
    await raise({ title: 'b', weddingId: other.id });
    clock.advance(STORM_WINDOW_MS);
    await settle();
    toasts.at(-1)?.events.clicked();
    expect(opened).toEqual([{ view: 'day', weddingId: null, alertId: null }]);
  });

  it('offers to show what a double booking is about and to say that it was seen, and does what was pressed', async () => {
    const { raise, toasts, opened, seen, log } = make();
    const about = conflict();
    await raise({ rule: 'double_booking', severity: 'critical', subject: { collection: 'conflicts', id: about.id } }, { conflicts: keyed(about) });
    const [toast] = toasts;
    expect(toast?.content).toMatchObject({ sticky: true, actions: [{ act: 'show', label: 'Show' }, { act: 'seen', label: 'Seen' }] });
    toast?.events.acted('show');
    toast?.events.clicked();
    expect(opened).toEqual([{ view: 'conflicts', conflictId: about.id }, { view: 'conflicts', conflictId: about.id }]);
    expect(seen).toEqual([]);
    toast?.events.acted('seen');
    expect(seen).toEqual([toast?.content.key]);
    expect(opened).toHaveLength(2);
    expect(log.lines.at(-1)).toMatchObject({ message: 'notification seen', fields: { alertId: toast?.content.key } });
  });

  it('leads a summary of double bookings to their queue', async () => {
    const { raise, toasts, clock, opened } = make();
    for (let n = 0; n < STORM_LIMIT; n += 1) await raise();
    const both = [conflict(), conflict()];
    for (const one of both) await raise({ rule: 'double_booking', weddingId: null, subject: { collection: 'conflicts', id: one.id } }, { conflicts: keyed(...both) });
    clock.advance(STORM_WINDOW_MS);
    await settle();
    expect(toasts.at(-1)?.content.actions).toBeUndefined();
    toasts.at(-1)?.events.clicked();
    expect(opened).toEqual([{ view: 'conflicts', conflictId: null }]);
  });

  it('tests the system whatever the settings say', async () => {
    const { notifications, set, toasts } = make();
    set({ enabled: false, sound: false });
    expect(await notifications.test()).toEqual({ outcome: 'shown' });
    expect(toasts[0]?.content.silent).toBe(true);
  });

  it('does not care about facts that are no alerts', async () => {
    const { notifications } = make();
    const row = alert({ state: 'resolved' });
    expect(await notifications.consider(alertRaised(row, { type: 'alert.resolved' }), state())).toBeNull();
  });
});
