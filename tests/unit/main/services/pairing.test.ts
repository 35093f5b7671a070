import { describe, expect, it } from 'vitest';
import { HTTP } from '../../../../core/contract/http.ts';
import { codedError } from '../../../../core/contract/errors.ts';
import type { PairingState } from '../../../../core/contract/pairing.ts';
import { err, ok, type Result } from '../../../../core/contract/result.ts';
import type { LinkStatus } from '../../../../core/contract/stream.ts';
import { createPairing } from '../../../../main/services/pairing.ts';
import { testId } from '../../../support/builders.ts';
import { handClock, keptLog, settle } from '../support/fakes.ts';

const SERVER = 'https://wedsync.example.org';
const CODE = 'device-code-that-nobody-sees';

function make() {
  const clock = handClock();
  const told: PairingState[] = [];
  const asked: { path: string; body: unknown }[] = [];
  const adopted: string[] = [];
  const log = keptLog();
  let answer: { status: number; body: unknown } | 'gone' = { status: 200, body: { status: 'pending' } };
  let adopts: Result<boolean, ReturnType<typeof codedError>> = ok(true);
  let server: { mode: 'embedded' | 'client'; url: string | null } = { mode: 'embedded', url: null };
  let status: LinkStatus = { state: 'connecting', since: '2026-11-20T12:00:00.000Z', seq: 0, headSeq: 0, confirmedAt: null, reason: null, attempt: 0, retryAt: null };
  const pairing = createPairing({
    clock,
    timers: clock.timers,
    deviceName: 'front desk',
    log,
    fetch: async (url, init) => {
      const { pathname } = new URL(url);
      asked.push({ path: pathname, body: JSON.parse(String(init.body)) });
      if (pathname === HTTP.startPairing.path) {
        const body = { deviceCode: CODE, userCode: 'ABCD-EFGH', url: `${SERVER}/#pair`, urlComplete: `${SERVER}/#pair=ABCDEFGH`, expiresAt: new Date(clock.now() + 600_000).toISOString(), intervalSeconds: 5 };
        return new Response(JSON.stringify(body), { status: 200 });
      }
      if (answer === 'gone') throw new Error('no network');
      return new Response(JSON.stringify(answer.body), { status: answer.status });
    },
    companion: () => ({
      adopt: (origin, token) => {
        adopted.push(`${origin} ${token}`);
        return Promise.resolve(adopts);
      },
      mayFound: () => false,
      server: () => server,
      status: () => status,
    }),
    onChange: (state) => told.push(state),
  });
  const redeems = (): number => asked.filter(({ path }) => path === HTTP.redeemPairing.path).length;
  return {
    clock, told, asked, adopted, log, pairing, redeems,
    answer: (status_: number, body: unknown) => (answer = { status: status_, body }),
    vanish: () => (answer = 'gone'),
    refuseAdopting: () => (adopts = err(codedError('auth.revoked', 'withdrawn'))),
    stands: (next: typeof server, link: Partial<LinkStatus>) => {
      server = next;
      status = { ...status, ...link };
      pairing.linkChanged();
    },
  };
}
const paired = { status: 'paired', deviceId: testId(), token: 'the-token', organisation: { id: testId(), name: 'Harrow House', zone: 'Europe/London', currency: 'GBP', demo: false } };
const wait = async (world: ReturnType<typeof make>, ms: number): Promise<void> => {
  world.clock.advance(ms);
  await settle();
  await settle();
};

describe('pairing by a code', () => {
  it('shows the code, asks at the pace that it was given, and changes over with the token', async () => {
    const world = make();
    expect(await world.pairing.start(SERVER)).toMatchObject({ ok: true, value: { pairing: { step: 'waiting', userCode: 'ABCD-EFGH' } } });
    expect(world.asked).toEqual([{ path: HTTP.startPairing.path, body: { device: { name: 'front desk', kind: 'desktop' } } }]);
    await wait(world, 4_999);
    expect(world.redeems()).toBe(0);
    await wait(world, 1);
    await wait(world, 5_000);
    expect(world.redeems()).toBe(2);
    world.answer(200, paired);
    await wait(world, 5_000);
    expect(world.adopted).toEqual([`${SERVER} the-token`]);
    expect(world.told.map(({ pairing }) => pairing.step)).toEqual(['asking', 'waiting', 'joining', 'idle']);
    expect(JSON.stringify([world.told, world.log.lines])).not.toMatch(/device-code|the-token/);
    await wait(world, 60_000);
    expect(world.redeems()).toBe(3);
  });

  it('slows down when told to, and outlives a hole in the line', async () => {
    const world = make();
    await world.pairing.start(SERVER);
    world.answer(200, { status: 'slow_down' });
    await wait(world, 5_000);
    world.vanish();
    await wait(world, 9_999);
    expect(world.redeems()).toBe(1);
    await wait(world, 1);
    expect(world.redeems()).toBe(2);
    world.answer(200, paired);
    await wait(world, 10_000);
    expect(world.adopted).toHaveLength(1);
  });

  it.each(['auth.pairing_denied', 'auth.pairing_invalid', 'auth.no_membership'] as const)('ends with %s', async (code) => {
    const world = make();
    await world.pairing.start(SERVER);
    world.answer(code === 'auth.pairing_invalid' ? 401 : 403, { error: { code, message: 'no', retryable: false } });
    await wait(world, 5_000);
    expect(world.pairing.state().pairing).toEqual({ step: 'failed', server: SERVER, code });
    await wait(world, 60_000);
    expect(world.redeems()).toBe(1);
  });

  it('ends when the code is over, also while the server is away', async () => {
    const world = make();
    await world.pairing.start(SERVER);
    world.vanish();
    for (let asked = 0; asked < 121; asked += 1) await wait(world, 5_000);
    expect(world.pairing.state().pairing).toEqual({ step: 'failed', server: SERVER, code: 'auth.pairing_invalid' });
  });

  it('keeps one code for one server however many windows ask, and forgets it when cancelled', async () => {
    const world = make();
    await world.pairing.start(SERVER);
    await world.pairing.start(`${SERVER}/`);
    expect(world.asked).toHaveLength(1);
    expect(world.pairing.cancel().pairing).toEqual({ step: 'idle' });
    await wait(world, 60_000);
    expect(world.redeems()).toBe(0);
  });

  it('asks no server over plain http, and says so when the new access is refused at once', async () => {
    const world = make();
    expect(await world.pairing.start('http://venue.example.org')).toMatchObject({ ok: false, error: { code: 'request.invalid' } });
    expect(world.asked).toEqual([]);
    await world.pairing.start(SERVER);
    world.refuseAdopting();
    world.answer(200, paired);
    await wait(world, 5_000);
    expect(world.pairing.state().pairing).toEqual({ step: 'failed', server: SERVER, code: 'auth.revoked' });
  });

  it('says when a chosen server does not let this desktop in, once, and nothing of the built-in one', () => {
    const world = make();
    world.stands({ mode: 'embedded', url: null }, { state: 'refused', reason: 'auth_revoked' });
    expect(world.pairing.state().needed).toBeNull();
    world.stands({ mode: 'client', url: SERVER }, {});
    world.stands({ mode: 'client', url: SERVER }, { attempt: 3 });
    expect(world.told.map(({ needed }) => needed)).toEqual([null, 'auth_revoked']);
    world.stands({ mode: 'client', url: SERVER }, { state: 'refused', reason: 'protocol_too_old' });
    expect(world.pairing.state().needed).toBeNull();
  });
});
