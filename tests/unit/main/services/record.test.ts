import { describe, expect, it } from 'vitest';
import { toSnapshot } from '../../../../core/domain/record/state.ts';
import { createBanners } from '../../../../main/services/banners.ts';
import { calmStatus } from '../../../../main/services/link.ts';
import { createRecord } from '../../../../main/services/record.ts';
import type { LinkStatus } from '../../../../core/contract/stream.ts';
import { alert, alertRaised, AT, keyed, state } from '../../../support/builders.ts';
import { handClock } from '../support/fakes.ts';

describe('the record in main', () => {
  const make = () => {
    const seen: string[] = [];
    const record = createRecord({
      clock: { now: () => Date.parse(AT) },
      onSnapshot: (snapshot) => seen.push(`snapshot ${snapshot.seq}`),
      onPatch: (frame) => seen.push(`patch ${frame.after}-${frame.upTo}`),
      onEvent: (event, now) => seen.push(`event ${event.seq} at ${now.seq}`),
      onOpenAlerts: (count) => seen.push(`open ${count}`),
    });
    return { record, seen };
  };
  const first = alert({ seq: 1 });

  it('hands on snapshot and patches, each event once, and counts what is open', () => {
    const { record, seen } = make();
    record.applySnapshot(toSnapshot(state({ alerts: keyed(first) }, 1), AT));
    const second = alert({ seq: 2 });
    const events = [alertRaised(first), alertRaised(second), alertRaised({ ...first, seq: 3, version: 2, state: 'acknowledged' }, { type: 'alert.acknowledged' })];
    record.applyFrame({ after: 1, upTo: 3, events, committedAt: AT });
    expect(seen).toEqual(['snapshot 1', 'open 1', 'patch 1-3', 'event 2 at 3', 'event 3 at 3']);
    expect(record.openAlerts()).toBe(1);
    expect(record.cursor()).toEqual({ epoch: 'e1', seq: 3 });
    expect(record.snapshot()?.rows.alerts).toHaveLength(2);
  });

  it('holds nothing before the first snapshot and after another server was chosen', () => {
    const { record, seen } = make();
    record.applyFrame({ after: 0, upTo: 1, events: [alertRaised(first)], committedAt: AT });
    expect(record.snapshot()).toBeNull();
    expect(seen).toEqual([]);
    record.applySnapshot(toSnapshot(state({ alerts: keyed(first) }, 1), AT));
    record.clear();
    expect(record.cursor()).toBeNull();
    expect(seen.at(-1)).toBe('open 0');
  });
});

describe('calmStatus', () => {
  const status = (fields: Partial<LinkStatus>): LinkStatus => ({ state: 'live', since: AT, seq: 0, headSeq: 0, confirmedAt: null, reason: null, attempt: 0, retryAt: null, ...fields });
  it('tells a new state at once and progress seldom, the latest last', () => {
    const clock = handClock();
    const told: string[] = [];
    const give = calmStatus(clock.timers, (next) => told.push(`${next.state} ${next.seq}`));
    give(status({ state: 'catching_up' }));
    for (let seq = 1; seq <= 50; seq += 1) give(status({ state: 'catching_up', seq }));
    expect(told).toEqual(['catching_up 0']);
    give(status({ seq: 51 }));
    expect(told).toEqual(['catching_up 0', 'live 51']);
    for (let seq = 52; seq <= 60; seq += 1) give(status({ seq }));
    clock.advance(1_000);
    expect(told).toEqual(['catching_up 0', 'live 51', 'live 60']);
    give(status({ state: 'offline', reason: 'transport_lost', seq: 60 }));
    expect(told).toHaveLength(4);
  });
});

describe('banners', () => {
  it('wait for the console', () => {
    const pushed: string[] = [];
    let id = 0;
    const banners = createBanners({ clock: { now: () => Date.parse(AT) }, newId: () => `${(id += 1)}`, push: (banner) => pushed.push(`${banner.id} ${banner.title} ${banner.at}`) });
    const show = (title: string) => banners.show({ kind: 'toast_failed', severity: 'warning', title, detail: '', place: null });
    show('early');
    expect(pushed).toEqual([]);
    banners.ready();
    show('late');
    expect(pushed).toEqual([`1 early ${AT}`, `2 late ${AT}`]);
    banners.loading();
    for (let n = 0; n < 30; n += 1) show(`n${n}`);
    banners.ready();
    expect(pushed).toHaveLength(22);
    expect(pushed.at(-1)).toContain('n29');
  });
});
