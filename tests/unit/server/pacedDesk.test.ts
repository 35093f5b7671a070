import { describe, expect, it } from 'vitest';
import type { DeskAnswer, DeskAsk } from '../../../core/contract/desk.ts';
import { createCalls, type MeasuredCall } from '../../../server/calls/calls.ts';
import { pacedDesk } from '../../../server/calls/paced.ts';
import type { Asked, Asking, Desk } from '../../../server/desk/desk.ts';
import type { AuditLine } from '../../../server/store/store.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';

const DESK = '01900000-0000-7000-8000-00000000d001';
const page: DeskAnswer = { outcome: 'page', items: [], cursor: '1', more: false };
const failed = (retryAfterMs: number | null): DeskAnswer => ({ outcome: 'failed', code: 'normalise.reread_failed', message: 'No answer.', retryable: true, retryAfterMs });
const asking = (ask: DeskAsk = { kind: 'poll', cursor: null }, connectionId = 'c1', mark: string | null = null): Asking => ({ organisationId: 'o1', connectionId, system: 'keyed', settings: {}, mark, ask });

function paced(limits: { perSecond: number | null; atOnce: number | null }, answers: (asking: Asking) => Promise<Asked>) {
  const lines: AuditLine[] = [];
  const counted: MeasuredCall[] = [];
  const at = { now: 0 };
  const desk = { ask: answers } as unknown as Desk;
  const calls = createCalls({ http: { send: () => Promise.reject(new Error('the server called by itself')) }, clock: { now: () => at.now }, audit: (line) => lines.push(line), measured: (call) => counted.push(call) });
  const stripe = vendorModule('stripe');
  if (!stripe) throw new Error('no stripe');
  const manifest = { ...stripe.manifest, id: 'keyed', limits, oauth: null, fields: [] };
  return { desk: pacedDesk(desk, calls, (system) => (system === 'keyed' ? { manifest } : null)), lines, counted, at };
}
const answered = (answer: DeskAnswer): Asked => ({ kind: 'answered', by: DESK, answer });

describe('a call that a desktop makes', () => {
  it('is noted in the trail with that desktop, and counted, for what it was', async () => {
    const { desk, lines, counted } = paced({ perSecond: null, atOnce: null }, async ({ ask }) => answered(ask.kind === 'poll' ? page : ask.kind === 'reread' ? failed(null) : { outcome: 'tried', tried: { outcome: 'worked', report: { account: null, details: [] } } }));
    for (const ask of [{ kind: 'poll', cursor: null }, { kind: 'reread', remoteType: 'job', remoteId: '1' }, { kind: 'test' }] as const) await desk.ask(asking(ask));
    expect(lines.map(({ action, actor, subject, outcome }) => [action, actor, subject, outcome])).toEqual([
      ['source.look', DESK, 'c1', 'ok'],
      ['source.reread', DESK, 'c1', 'normalise.reread_failed'],
      ['source.test', DESK, 'c1', 'ok'],
    ]);
    expect(counted.map(({ purpose, outcome }) => [purpose, outcome])).toEqual([['look', 'answered'], ['reread', 'failing'], ['test', 'answered']]);
  });

  it('is none where nobody was called', async () => {
    const given: Asked[] = [{ kind: 'away', since: null }, { kind: 'withdrawn' }, { kind: 'moved' }, answered({ outcome: 'refused', code: 'desk.key_missing' })];
    const { desk, lines } = paced({ perSecond: null, atOnce: 1 }, async () => given.shift() ?? answered(page));
    for (const kind of ['away', 'withdrawn', 'moved', 'answered']) expect((await desk.ask(asking())).kind).toBe(kind);
    expect(lines).toEqual([]);
    // Each has left its place: one at a time may still be asked.
    expect(await desk.ask(asking())).toEqual(answered(page));
  });

  it('keeps to what the vendor bears, of each account', async () => {
    const waiting: (() => void)[] = [];
    const asked: string[] = [];
    const { desk } = paced({ perSecond: null, atOnce: 1 }, ({ connectionId }) => {
      asked.push(connectionId);
      return new Promise((resolve) => waiting.push(() => resolve(answered(page))));
    });
    const all = [desk.ask(asking()), desk.ask(asking()), desk.ask(asking(undefined, 'c2'))];
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual(['c1', 'c2']);
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(asked).toEqual(['c1', 'c2', 'c1']);
  });

  it('leaves an account alone for as long as it has asked, and says so without a call', async () => {
    let calls = 0;
    const { desk, lines, at } = paced({ perSecond: null, atOnce: null }, async () => {
      calls += 1;
      return answered(calls === 1 ? failed(30_000) : page);
    });
    await desk.ask(asking());
    at.now = 10_000;
    expect(await desk.ask(asking())).toMatchObject({ by: null, answer: { outcome: 'failed', retryable: true, retryAfterMs: 20_000 } });
    expect(await desk.ask(asking({ kind: 'test' }))).toMatchObject({ answer: { outcome: 'tried', tried: { outcome: 'failed', retryable: true } } });
    expect([calls, lines.at(-1)]).toMatchObject([1, { actor: 'system', outcome: 'spared' }]);
    at.now = 30_000;
    await desk.ask(asking());
    expect(calls).toBe(2);
  });

  it('gives its place back when it fails', async () => {
    let first = true;
    const { desk } = paced({ perSecond: null, atOnce: 1 }, async () => {
      if (!first) return answered(page);
      first = false;
      throw new Error('the database is away');
    });
    await expect(desk.ask(asking())).rejects.toThrow('away');
    expect(await desk.ask(asking())).toEqual(answered(page));
  });
});
