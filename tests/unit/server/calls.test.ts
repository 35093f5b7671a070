import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Http, HttpResponse } from '../../../core/ports/ports.ts';
import { accountText } from '../../../core/vendors/account.ts';
import { createCalls, type Caller } from '../../../server/calls/calls.ts';
import { createLane, partOf } from '../../../server/calls/lanes.ts';

const OK: HttpResponse = { status: 200, headers: {}, body: '' };
const request = { method: 'GET', url: 'https://api.example.test/', headers: {}, timeoutMs: 1_000 } as const;
const manifest = (perSecond: number | null, atOnce: number | null): Caller['manifest'] => ({
  id: 'limited', oauth: null, limits: { perSecond, atOnce },
  fields: [
    { key: 'apiKey', label: '', help: '', sensitive: true, required: true },
    { key: 'signing', label: '', help: '', sensitive: true, required: true, proves: 'only' },
  ],
});
const caller = (fields: Partial<Caller> = {}): Caller => ({ manifest: manifest(null, null), connectionId: 'c1', organisationId: 'o1', secrets: { apiKey: 'k' }, purpose: 'source.look', ...fields });

/** A source whose answers the test gives, and that knows how many calls it had at once, and when. */
function source() {
  const open: ((answer: HttpResponse) => void)[] = [];
  const seen = { most: 0, begun: 0, at: [] as number[] };
  const http: Http = {
    send: () =>
      new Promise((resolve) => {
        seen.begun += 1;
        seen.at.push(performance.now());
        open.push(resolve);
        seen.most = Math.max(seen.most, open.length);
      }),
  };
  return { http, seen, answer: (answer: HttpResponse = OK) => open.shift()?.(answer) };
}
const clockAt = (at: { now: number }) => ({ now: () => at.now });
const moment = () => new Promise((resolve) => setImmediate(resolve));

describe('the calls of one account', () => {
  it('are never more at once than the vendor bears, over looks, re-reads and tests of every connection with that key', async () => {
    const { http, seen, answer } = source();
    const calls = createCalls({ http, clock: clockAt({ now: 0 }) });
    const all = (['source.look', 'source.reread', 'source.test'] as const).flatMap((purpose, n) =>
      Array.from({ length: 4 }, () => calls.of(caller({ manifest: manifest(null, 2), purpose, connectionId: `c${n}`, secrets: { apiKey: 'k', signing: `s${n}` } })).send(request)),
    );
    const another = calls.of(caller({ manifest: manifest(null, 2), secrets: { apiKey: 'other' } })).send(request);
    for (let n = 0; n < 13; n += 1) {
      await moment();
      answer();
    }
    expect((await Promise.all([...all, another])).every((one) => one.status === 200)).toBe(true);
    // Two of this account and one of the other.
    expect(seen.most).toBe(3);
  });

  it('go over connections that are theirs alone; what is only tried leaves none', async () => {
    const kept: (string | undefined)[] = [];
    const http: Http = { send: ({ keptFor }) => Promise.resolve(void kept.push(keptFor)).then(() => OK) };
    const calls = createCalls({ http, clock: clockAt({ now: 0 }) });
    const callers = [caller(), caller({ connectionId: 'c2' }), caller({ secrets: { apiKey: 'new' } }), caller({ organisationId: 'o2' }), caller({ connectionId: null })];
    for (const one of callers) await calls.of(one).send(request);
    const [first, sameKey, otherKey, otherHouse, tried] = kept;
    expect(sameKey).toBe(first);
    expect(new Set([first, otherKey, otherHouse, undefined]).size).toBe(4);
    expect(tried).toBeUndefined();
    // Whoever sees it learns nothing of the key.
    expect(JSON.stringify(kept)).not.toContain('new');
  });

  it('are one account by the same key in one house, in the vault or on a desktop; another house never shares it', async () => {
    const { http, seen, answer } = source();
    const one = { ...manifest(null, 1) };
    const calls = createCalls({ http, clock: clockAt({ now: 0 }), salt: (organisationId) => `salt of ${organisationId}` });
    const text = accountText(one, { apiKey: 'k' }) ?? '';
    const mark = createHmac('sha256', 'salt of o1').update(text).digest('base64url');
    const inVault = calls.of(caller({ manifest: one, connectionId: 'c1' })).send(request);
    const order: string[] = [];
    // Connections of its own each, whose key the server never sees.
    const turn = (connectionId: string, organisationId: string, of: string) =>
      calls.turn(caller({ manifest: one, connectionId, organisationId, secrets: {}, mark: of })).then((own) => {
        order.push(connectionId);
        return own;
      });
    const waiting = turn('c2', 'o1', mark);
    const elsewhere = await turn('c3', 'o2', mark);
    const another = await turn('c4', 'o1', 'of another key');
    const theirVault = calls.of(caller({ manifest: one, organisationId: 'o3' })).send(request);
    await moment();
    // Theirs is under way beside ours.
    expect([order, seen.begun]).toEqual([['c3', 'c4'], 2]);
    answer();
    answer();
    await Promise.all([inVault, theirVault]);
    const own = await waiting;
    expect(order).toEqual(['c3', 'c4', 'c2']);
    for (const turn_ of [own, elsewhere, another]) turn_.over(null);
  });

  it('begin no more often within any second than the vendor bears', async () => {
    const lane = createLane({ limits: { perSecond: 20, atOnce: null }, sharers: () => 1, now: () => performance.now() });
    const at: number[] = [];
    await Promise.all(Array.from({ length: 45 }, () => lane.enter().then(() => at.push(performance.now())).finally(() => lane.leave())));
    // Of any 21 in a row the last is a second behind the first; timers may fire a moment early.
    for (let n = 20; n < at.length; n += 1) expect((at[n] ?? 0) - (at[n - 20] ?? 0)).toBeGreaterThan(990);
  });

  it('go on in the order of asking, also after one that failed', async () => {
    const order: number[] = [];
    let n = 0;
    const http: Http = { send: () => ((n += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(OK)) };
    const door = createCalls({ http, clock: clockAt({ now: 0 }) }).of(caller({ manifest: manifest(null, 1) }));
    await Promise.allSettled([0, 1, 2, 3].map((one) => door.send(request).finally(() => order.push(one))));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('are divided among the processes, one each at least', () => {
    expect(partOf({ perSecond: 10, atOnce: 4 }, 1)).toEqual({ starts: 10, windowMs: 1_000, atOnce: 4 });
    expect(partOf({ perSecond: 10, atOnce: 4 }, 2)).toEqual({ starts: 5, windowMs: 1_000, atOnce: 2 });
    expect(partOf({ perSecond: 1, atOnce: 1 }, 4)).toEqual({ starts: 1, windowMs: 4_000, atOnce: 1 });
    for (let sharers = 1; sharers < 40; sharers += 1) {
      const { starts, windowMs } = partOf({ perSecond: 10, atOnce: null }, sharers);
      expect((sharers * starts * 1_000) / windowMs).toBeLessThanOrEqual(10.000_001);
    }
  });

  it('leave the account alone for as long as it has asked, whoever calls, and let it be heard afterwards', async () => {
    const at = { now: 1_000_000 };
    let sent = 0;
    const http: Http = { send: () => Promise.resolve((sent += 1) === 1 ? { status: 429, headers: { 'retry-after': '60' }, body: '' } : OK) };
    const lines: string[] = [];
    const measured: string[] = [];
    const calls = createCalls({ http, clock: clockAt(at), audit: ({ action, outcome }) => lines.push(`${action} ${outcome}`), measured: ({ system, connectionId, purpose, outcome }) => measured.push(`${system} ${connectionId} ${purpose} ${outcome}`) });
    expect((await calls.of(caller()).send(request)).status).toBe(429);
    at.now += 20_000;
    for (const purpose of ['source.reread', 'source.test'] as const) expect(await calls.of(caller({ purpose })).send(request)).toEqual({ status: 429, headers: { 'retry-after': '40' }, body: '' });
    expect((await calls.of(caller({ secrets: { apiKey: 'other' } })).send(request)).status).toBe(200);
    at.now += 40_000;
    expect((await calls.of(caller()).send(request)).status).toBe(200);
    expect(sent).toBe(3);
    expect(lines).toEqual(['source.look 429', 'source.reread spared', 'source.test spared', 'source.look 200', 'source.look 200']);
    expect(measured).toEqual(['limited c1 look too_many', 'limited c1 reread spared', 'limited c1 test spared', 'limited c1 look answered', 'limited c1 look answered']);
  });

  it('are measured from their own beginning, not from when they stood in line, and also when nobody answers', async () => {
    let time = 0;
    const told: [string, number][] = [];
    const { http, answer } = source();
    const calls = createCalls({ http, clock: clockAt({ now: 0 }), now: () => time, measured: ({ outcome, tookMs }) => told.push([outcome, tookMs]) });
    const one = caller({ manifest: manifest(null, 1) });
    const both = [calls.of(one).send(request), calls.of(one).send(request)];
    await moment();
    time += 500;
    answer();
    await moment();
    time += 70;
    answer({ ...OK, status: 503 });
    await Promise.all(both);
    const dead = createCalls({ http: { send: () => Promise.reject(new Error('no line')) }, clock: clockAt({ now: 0 }), now: () => (time += 9), measured: ({ outcome, tookMs }) => told.push([outcome, tookMs]) });
    await expect(dead.of(caller()).send(request)).rejects.toThrow('no line');
    expect(told).toEqual([['answered', 500], ['failing', 70], ['no_answer', 9]]);
  });
});
