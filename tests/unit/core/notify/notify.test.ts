import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../core/contract/settings.ts';
import { decideNotification, STALE_AFTER_MS, type NotifyContext } from '../../../../core/domain/notify/notify.ts';
import { alert, alertRaised, AT, keyed, state, testId, wedding } from '../../../support/builders.ts';

const today = wedding();
const context = (fields: Partial<NotifyContext> = {}): NotifyContext => ({ state: state({ weddings: keyed(today) }), settings: DEFAULT_SETTINGS.notifications, now: Date.parse(AT), looking: null, self: null, ...fields });
const raised = (fields: Parameters<typeof alert>[0] = {}) => alertRaised(alert({ weddingId: today.id, ...fields }));

describe('which facts become a native notification', () => {
  it('a critical alert does, and leads to its wedding', () => {
    const event = raised();
    expect(decideNotification(event, context())).toMatchObject({ decision: 'notify', severity: 'critical', sticky: true, sound: true, place: { view: 'day', weddingId: today.id, alertId: event.row.id } });
  });
  it.each([
    ['disabled', {}, { settings: { ...DEFAULT_SETTINGS.notifications, enabled: false } }],
    ['below_threshold', { severity: 'notice' as const }, {}],
    ['already_acknowledged', { state: 'acknowledged' as const }, {}],
    ['catching_up', { severity: 'warning' as const }, { now: Date.parse(AT) + STALE_AFTER_MS + 1 }],
    ['done_here', { doneBy: 'this-desktop' }, { self: 'this-desktop' }],
    ['window_focused', { severity: 'warning' as const }, { looking: { view: 'day' as const, weddingId: today.id, alertId: null } }],
  ])('suppressed: %s', (why, fields, extra) => {
    expect(decideNotification(raised(fields), context(extra))).toEqual({ decision: 'suppress', why });
  });
  it('a grave alert is told even late and even to somebody looking at that wedding', () => {
    const late = context({ now: Date.parse(AT) + STALE_AFTER_MS * 10, looking: { view: 'day', weddingId: today.id, alertId: null } });
    expect(decideNotification(raised({ severity: 'emergency' }), late).decision).toBe('notify');
  });
  it.each([
    ['conflicts', (id: string) => ({ view: 'conflicts', conflictId: id }), { view: 'conflicts' as const, conflictId: 'id' }],
    ['calendars', (id: string, connectionId: string) => ({ view: 'integrations', connectionId, calendarId: id }), { view: 'integrations' as const, connectionId: 'connection' }],
    ['connections', (id: string) => ({ view: 'integrations', connectionId: id }), { view: 'integrations' as const, connectionId: 'id' }],
  ])('one about something of %s leads there, and is not told to somebody who looks at it unless it is grave', (collection, place, looking) => {
    const [id, connectionId] = [testId(), testId()];
    const row = { id, connectionId };
    const held = state({ weddings: keyed(today), [collection]: { [id]: row } });
    const about = { rule: 'double_booking' as const, subject: { collection, id } };
    expect(decideNotification(raised(about), context({ state: held }))).toMatchObject({ decision: 'notify', place: place(id, connectionId) });
    // What is not there any more is told of at its wedding.
    expect(decideNotification(raised(about), context())).toMatchObject({ place: { view: 'day', weddingId: today.id } });
    const there = looking.view === 'conflicts' ? { ...looking, conflictId: id } : { ...looking, connectionId: looking.connectionId === 'id' ? id : connectionId };
    expect(decideNotification(raised({ ...about, severity: 'warning' }), context({ state: held, looking: there }))).toEqual({ decision: 'suppress', why: 'window_focused' });
    const elsewhere = looking.view === 'conflicts' ? { ...looking, conflictId: null } : { ...looking, connectionId: null };
    expect(decideNotification(raised({ ...about, severity: 'warning' }), context({ state: held, looking: elsewhere })).decision).toBe('notify');
    expect(decideNotification(raised(about), context({ state: held, looking: there })).decision).toBe('notify');
  });
  it('an alert acknowledged a moment later on another desktop stays quiet', () => {
    const event = raised();
    const acknowledged = { ...event.row, state: 'acknowledged' } as ReturnType<typeof alert>;
    expect(decideNotification(event, context({ state: state({ weddings: keyed(today), alerts: keyed(acknowledged) }) }))).toEqual({ decision: 'suppress', why: 'already_acknowledged' });
  });
  it('other facts never do', () => {
    expect(decideNotification({ ...raised(), type: 'alert.acknowledged' }, context())).toEqual({ decision: 'none' });
  });
});
