import { describe, expect, it } from 'vitest';
import { createRightOfWay, type RightOfWay } from '../../../../server/store/rightOfWay.ts';

/** A played clock: waiting is what moves it, and meanwhile deliveries come in at a rate. */
function played() {
  let at = 1_000;
  let perMs = 0;
  let behind = 500;
  const advance = (ms: number): void => {
    for (let left = ms; left > 0; left -= 1) {
      at += 1;
      if (perMs > 0) way.stored(perMs, perMs * 0.06, behind);
    }
  };
  const way: RightOfWay = createRightOfWay(() => at, (ms) => Promise.resolve(advance(ms)));
  return { way, now: () => at, advance, rate: (perSecond: number) => void (perMs = perSecond / 1_000), keepsUp: () => void (behind = 8) };
}

/** Milliseconds that pieces of so many milliseconds had in a stretch of time. */
async function worked({ way, now, advance }: ReturnType<typeof played>, stretchMs: number, pieceMs: number): Promise<number> {
  const until = now() + stretchMs;
  let had = 0;
  while (now() < until) {
    const turn = await way.turn();
    advance(pieceMs);
    had += pieceMs;
    turn.done(64);
  }
  return had;
}

describe('the right of way', () => {
  it('leaves the work alone while nothing comes in', async () => {
    const play = played();
    expect(await worked(play, 5_000, 50)).toBeGreaterThanOrEqual(5_000);
    expect((await play.way.turn()).most).toBe(Number.POSITIVE_INFINITY);
  });

  it('makes pieces small and rests longer the more comes in, and never stops the work', async () => {
    const shares: number[] = [];
    for (const perSecond of [500, 3_000, 6_000, 50_000]) {
      const play = played();
      play.rate(perSecond);
      play.advance(1_000);
      expect((await play.way.turn()).most, `${perSecond}/s`).toBeLessThan(1_000);
      shares.push((await worked(play, 20_000, 20)) / 20_000);
    }
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares[0]).toBeGreaterThan(0.8);
    expect(shares[2]).toBeLessThan(0.5);
    expect(shares[3]).toBeGreaterThan(0.05);
    expect(shares[3]).toBeLessThan(0.15);
  });

  it('leaves the work all the rest of the time while the intake keeps up between its pieces', async () => {
    const play = played();
    play.rate(3_000);
    play.keepsUp();
    play.advance(1_000);
    expect(await worked(play, 20_000, 20)).toBeGreaterThanOrEqual(20_000);
    const turn = await play.way.turn();
    expect(turn.most, 'in small pieces all the same').toBeLessThan(1_000);
    expect(turn.behind).toBe(false);
  });

  it('gives everything back soon after the flood', async () => {
    const play = played();
    play.rate(20_000);
    play.advance(1_000);
    const turn = await play.way.turn();
    expect(turn.behind).toBe(true);
    play.advance(400);
    turn.done(64);
    play.rate(0);
    const before = play.now();
    await play.way.turn();
    // The rate is that of the last second: what is owed to a flood is not worked off after it.
    expect(play.now() - before).toBeLessThanOrEqual(1_100);
  });

  it('does not let a slow small piece make the next ones smaller still', async () => {
    const play = played();
    play.rate(1_000);
    play.advance(1_000);
    for (let n = 0; n < 20; n += 1) {
      const turn = await play.way.turn();
      play.advance(40);
      turn.done(2);
    }
    expect((await play.way.turn()).most).toBeGreaterThanOrEqual(32);
  });

  it('knows when deliveries come in or wait in numbers, and when that is over', () => {
    const play = played();
    expect(play.way.busy()).toBe(false);
    play.way.worked(3);
    expect(play.way.busy(), 'a few facts are no crowd').toBe(false);
    play.way.worked(64);
    expect(play.way.busy(), 'a backlog without an intake').toBe(true);
    play.advance(2_000);
    expect(play.way.busy()).toBe(false);
    play.rate(1_000);
    play.advance(1_000);
    expect(play.way.busy(), 'an intake without a backlog').toBe(true);
    play.rate(0);
    play.advance(2_000);
    expect(play.way.busy()).toBe(false);
  });
});
