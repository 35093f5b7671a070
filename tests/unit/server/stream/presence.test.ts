import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PresenceList, PresenceSay } from '../../../../core/contract/presence.ts';
import { createPresence, type Presence } from '../../../../server/stream/presence.ts';
import type { Device } from '../../../../server/store/store.ts';
import { fixtureId } from '../../../support/fixtures/record.ts';
import { collectingLog } from '../../../support/store.ts';

/** Several processes in one: what each says to the others is carried by hand, so that it can be lost. */

const HOUSE = fixtureId(0, 1);
const device = (n: number): Device => ({ id: fixtureId(12, n), organisationId: HOUSE, name: `Desk ${n}`, kind: 'desktop', role: 'owner', weddingId: null, contactId: null, bookingIds: [] });
const at = (n: number, fields: Partial<PresenceSay> = {}): PresenceSay => ({ page: fixtureId(13, n), view: 'day', weddingId: null, state: 'here', ...fields });

function network() {
  const ears = new Map<number, (body: unknown) => void>();
  const cut = new Set<number>();
  const said: number[] = [];
  let skew = 0;
  const join = (n: number) => {
    const told: PresenceList[] = [];
    const presence: Presence = createPresence({
      store: {
        say: (_topic, body) => {
          const text = JSON.stringify(body);
          said.push(Buffer.byteLength(text));
          for (const [other, hear] of ears) if (other !== n && !cut.has(n) && !cut.has(other)) hear(JSON.parse(text));
        },
        onSaid: (_topic, listener) => {
          ears.set(n, listener);
          return () => void ears.delete(n);
        },
      },
      clock: { now: () => Date.now() + skew },
      log: collectingLog(),
      tell: (_organisationId, list) => void told.push(list),
      steady: () => performance.now(),
    });
    return { presence, told, names: () => presence.list(HOUSE).entries.map((entry) => `${entry.device} ${entry.state}`) };
  };
  return { join, cut, said, setClock: (ms: number) => (skew = ms) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('who is here', () => {
  it('is told once, a moment after it changed, and not again when it did not', () => {
    const { presence, told } = network().join(1);
    const line = presence.line(device(1));
    line.say(at(1));
    presence.line(device(2)).say(at(2));
    expect(told).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(1);
    line.say(at(1));
    vi.advanceTimersByTime(5_000);
    expect(told).toHaveLength(1);
    presence.stop();
  });

  it('believes one word a second of a line, and the last one always', () => {
    const { presence, told } = network().join(1);
    const line = presence.line(device(1));
    for (let n = 0; n < 300; n += 1) line.say(at(1, { view: n % 2 ? 'day' : 'settings' }));
    line.say(at(1, { view: 'integrations' }));
    vi.advanceTimersByTime(900);
    expect(told.map((list) => list.entries[0]?.view)).toEqual(['settings']);
    vi.advanceTimersByTime(300);
    expect(told.map((list) => list.entries[0]?.view)).toEqual(['settings', 'integrations']);
    presence.stop();
  });

  it('does not flicker when a page comes back by a new line, and forgets one that does not', () => {
    const { presence, told, names } = network().join(1);
    const first = presence.line(device(1));
    first.say(at(1));
    presence.line(device(2)).say(at(2));
    vi.advanceTimersByTime(1_100);
    first.gone(true);
    vi.advanceTimersByTime(800);
    const second = presence.line(device(1));
    second.say(at(1));
    vi.advanceTimersByTime(10_000);
    expect(told).toHaveLength(1);
    second.gone(true);
    vi.advanceTimersByTime(3_100);
    expect(names()).toEqual(['Desk 2 here']);
    // Withdrawn: at once.
    presence.stop();
  });

  it('of a withdrawn device nothing stays', () => {
    const { presence, names } = network().join(1);
    const line = presence.line(device(1));
    line.say(at(1));
    line.gone(false);
    expect(names()).toEqual([]);
    presence.stop();
  });

  it('an old line that ends late takes nothing from the new one', () => {
    const { presence, names } = network().join(1);
    const [old, young] = [presence.line(device(1)), presence.line(device(1))];
    old.say(at(1));
    young.say(at(1, { state: 'idle' }));
    old.gone(true);
    vi.advanceTimersByTime(30_000);
    expect(names()).toEqual(['Desk 1 idle']);
    presence.stop();
  });

  it('two browsers of one person are two, two pages of one device are one', () => {
    const { presence, names } = network().join(1);
    presence.line(device(1)).say(at(1));
    presence.line(device(2)).say(at(2));
    presence.line(device(2)).say(at(3, { state: 'away' }));
    expect(names()).toEqual(['Desk 1 here', 'Desk 2 here']);
    presence.stop();
  });

  it('keeps when somebody became idle over a clock that is set back an hour', () => {
    const net = network();
    const { presence, told } = net.join(1);
    const line = presence.line(device(1));
    line.say(at(1, { state: 'idle' }));
    vi.advanceTimersByTime(100_000);
    const before = Date.parse(presence.list(HOUSE).entries[0]?.since ?? '');
    net.setClock(-3_600_000);
    vi.advanceTimersByTime(20_000);
    const after = Date.parse(presence.list(HOUSE).entries[0]?.since ?? '');
    expect(after - before).toBeGreaterThan(-3_600_100);
    expect(after - before).toBeLessThan(-3_599_900);
    expect(told).toHaveLength(1);
    presence.stop();
  });
});

describe('over several processes', () => {
  it('each tells of all, a new one within four seconds', () => {
    const net = network();
    const [one, two] = [net.join(1), net.join(2)];
    one.presence.line(device(1)).say(at(1));
    two.presence.line(device(2)).say(at(2, { state: 'idle' }));
    vi.advanceTimersByTime(250);
    expect(one.names()).toEqual(['Desk 1 here', 'Desk 2 idle']);
    expect(two.names()).toEqual(one.names());
    const three = net.join(3);
    vi.advanceTimersByTime(5_000);
    expect(three.names()).toEqual(one.names());
    [one, two, three].forEach(({ presence }) => presence.stop());
  });

  it('forgets what a process said that is heard no more, in less than fifteen seconds', () => {
    const net = network();
    const [one, two] = [net.join(1), net.join(2)];
    one.presence.line(device(1)).say(at(1));
    two.presence.line(device(2)).say(at(2));
    vi.advanceTimersByTime(3_900);
    net.cut.add(2);
    let seconds = 0;
    while (one.names().length > 1 && seconds < 60) {
      vi.advanceTimersByTime(500);
      seconds += 0.5;
    }
    console.log(`a process that is heard no more is forgotten after ${seconds} s`);
    expect(seconds).toBeLessThan(15);
    vi.advanceTimersByTime(200);
    expect(one.told.at(-1)).toMatchObject({ total: 1 });
    net.cut.clear();
    vi.advanceTimersByTime(5_000);
    expect(one.names()).toEqual(['Desk 1 here', 'Desk 2 here']);
    [one, two].forEach(({ presence }) => presence.stop());
  });

  it('a page that moved to another process is there and nowhere else', () => {
    const net = network();
    const [one, two] = [net.join(1), net.join(2)];
    const line = one.presence.line(device(1));
    line.say(at(1, { view: 'settings' }));
    vi.advanceTimersByTime(1_000);
    two.presence.line(device(1)).say(at(1, { view: 'day', state: 'idle' }));
    vi.advanceTimersByTime(200);
    expect(one.presence.list(HOUSE).entries).toMatchObject([{ view: 'day', state: 'idle' }]);
    line.gone(true);
    vi.advanceTimersByTime(20_000);
    expect(two.presence.list(HOUSE).entries).toMatchObject([{ view: 'day', state: 'idle' }]);
    expect(one.presence.list(HOUSE)).toEqual(two.presence.list(HOUSE));
    [one, two].forEach(({ presence }) => presence.stop());
  });

  it('says a large house in parts of less than seven thousand bytes, and takes no half of it', () => {
    const net = network();
    const [one, two] = [net.join(1), net.join(2)];
    for (let n = 0; n < 150; n += 1) one.presence.line({ ...device(n), name: `Büro ${'Ü'.repeat(90)} ${n}` }).say(at(n));
    vi.advanceTimersByTime(1_300);
    expect(two.presence.list(HOUSE)).toMatchObject({ total: 150 });
    expect(Math.max(...net.said)).toBeLessThan(7_000);
    expect(net.said.length).toBeGreaterThan(5);
    [one, two].forEach(({ presence }) => presence.stop());
  });
});
