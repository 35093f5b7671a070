import type { CDPSession, Locator } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { axe, fitsSideways, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { CREW, ROOM, TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';

/** The timeline under a finger: real touches, as the browser hears them from a screen, on a telephone and on a tablet. */

const ZONE = 'Europe/London';
/** So long a finger is held still before something is lifted, and some more for a busy machine. */
const HELD_MS = 700;
usePages({ hasTouch: true, isMobile: true });

interface At {
  readonly x: number;
  readonly y: number;
}
let line: CDPSession;
const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel', ...points: At[]): Promise<void> => {
  await line.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(({ x, y }, id) => ({ x, y, id })) });
};
const down = (at: At): Promise<void> => touch('touchStart', at);
const up = (): Promise<void> => touch('touchEnd');
/** In steps, as a finger glides. */
async function glide(from: At, to: At, steps = 8): Promise<void> {
  for (let step = 1; step <= steps; step += 1) await touch('touchMove', { x: from.x + ((to.x - from.x) * step) / steps, y: from.y + ((to.y - from.y) * step) / steps });
}

const bar = (id: string): Locator => page.locator(`[data-bar$=":${id}"]:not([data-through])`);
const row = (id: string): Locator => page.locator(`[data-resource="${id}"]`);
const ghost = (): Locator => page.locator('.tl-ghost:not([data-follows], [data-verdict="waiting"])');
const note = (): Locator => page.locator('.tl-held');
const card = (): Locator => page.locator('.cal-card');
const text = async (found: Locator): Promise<string> => plain(await found.innerText());
const words = async (id: string): Promise<string> => plain((await bar(id).getAttribute('aria-label')) ?? '');
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
const middle = async (found: Locator): Promise<At> => {
  const box = await found.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
const scrolled = () => page.locator('.tl-scroll').evaluate(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop }));
const unmoved = () => page.evaluate(() => [scrollX, scrollY, visualViewport?.scale ?? 0, visualViewport?.offsetLeft ?? 0, visualViewport?.offsetTop ?? 0]);
const STILL = [0, 0, 1, 0, 0];

const PHONE = { width: 390, height: 844 };
const TABLET = { width: 820, height: 1180 };
const LYING = { width: 1180, height: 820 };

async function open(size: { readonly width: number; readonly height: number } = PHONE, taking = '', scene: Scene = 'timeline'): Promise<void> {
  await page.setViewportSize(size);
  await openPage(`#/conflicts/scale/day/on/${theDay(Date.now(), ZONE).toString().replaceAll('-', '')}${taking}`, scene);
  if (size.width < 1100) await page.getByRole('tab', { name: 'Timeline' }).tap();
  await bar(TAKEN.orangery).waitFor();
}
/** Down and held still until it is lifted, or said why not. */
async function hold(at: At): Promise<void> {
  await down(at);
  await page.waitForTimeout(HELD_MS);
}
async function lift(id: string): Promise<At> {
  const at = await middle(bar(id));
  await hold(at);
  await expect.poll(() => ghost().count()).toBe(1);
  return at;
}
const rowAt = async (from: At, id: string): Promise<At> => ({ x: from.x, y: (await middle(row(id))).y });

beforeEach(async () => {
  line = await page.context().newCDPSession(page);
});

describe.each([
  ['telephone', PHONE],
  ['tablet', TABLET],
  ['tablet that lies', LYING],
])('on a %s', (_name, size) => {
  it('a finger that is held lifts, carries with the verdict in words, and puts down; nothing scrolls or grows meanwhile', async () => {
    await open(size);
    const before = await scrolled();
    const from = await lift(TAKEN.orangery);
    await expect.poll(() => text(note())).toMatch(/The Orangery and its terrace .*11:00 to 16:00 Papadopoulos & Ní Dhomhnaill Carry it to another time or row/);
    const chapel = await rowAt(from, ROOM.chapel);
    await glide(from, chapel);
    await expect.poll(() => ghost().getAttribute('data-verdict')).toBe('free');
    await expect.poll(() => text(note()), { message: 'a finger that goes down means the same time' }).toMatch(/^Free · Chapel of St Ælfheah · .* 11:00 to 16:00/);
    const pavilion = await rowAt(from, ROOM.pavilion);
    await glide(chapel, pavilion);
    await expect.poll(() => text(note())).toMatch(/^Needs a reason · Lakeside pavilion · .*Lakeside pavilion is closed until/);
    expect(await ghost().getAttribute('data-verdict')).toBe('reason');
    expect(await page.locator('.tl-ghosts .tl-tag').count(), 'told where the hand does not cover it').toBe(0);
    const barn = await rowAt(from, ROOM.barn);
    await glide(pavilion, { x: barn.x + 50, y: barn.y });
    await expect.poll(() => ghost().getAttribute('data-verdict')).not.toBe('free');
    await glide({ x: barn.x + 50, y: barn.y }, chapel);
    await expect.poll(() => ghost().getAttribute('data-verdict')).toBe('free');
    expect([await unmoved(), await scrolled()]).toEqual([STILL, before]);
    await up();
    await expect.poll(() => text(card())).toContain('in Chapel of St Ælfheah instead of The Orangery');
    expect(await note().count()).toBe(0);
    expect(await fitsSideways()).toBe(true);
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Move it' }).tap();
    await expect.poll(() => words(TAKEN.orangery)).toContain('Chapel of St Ælfheah');
    await expect.poll(commands).toMatchObject([{ type: 'plan.carry_out', moves: [{ resourceId: ROOM.chapel }] }]);
  });

  it('a short tap opens, and a swipe scrolls, over a bar as beside it, chosen or not', async () => {
    await open(size);
    await bar(TAKEN.orangery).tap();
    await expect.poll(() => text(card())).toContain('Papadopoulos & Ní Dhomhnaill');
    const at = await middle(bar(TAKEN.orangery));
    const before = await scrolled();
    await down(at);
    await glide(at, { x: at.x - 160, y: at.y });
    await expect.poll(async () => (await scrolled()).scrollLeft - before.scrollLeft).toBeGreaterThan(60);
    await up();
    expect(await ghost().count()).toBe(0);
    expect(await page.locator('.cal-impact').count()).toBe(0);
    expect(await commands()).toEqual([]);
  });
});

describe('puts it back', () => {
  interface Way {
    readonly way: string;
    readonly act: (at: At) => Promise<void>;
    /** The touch is over with it. */
    readonly isOver?: boolean;
  }
  const WAYS: readonly Way[] = [
    {
      way: 'with a second finger, and nothing grows under the two',
      async act(at) {
        await touch('touchStart', at, { x: at.x - 60, y: at.y + 60 });
        for (let apart = 60; apart <= 160; apart += 20) await touch('touchMove', { x: at.x + apart / 4, y: at.y }, { x: at.x - apart, y: at.y + apart });
      },
    },
    { way: 'when the system takes the touch away', act: () => touch('touchCancel'), isOver: true },
    { way: 'with Escape', act: () => page.keyboard.press('Escape') },
    { way: 'when something else comes before the window', act: () => page.evaluate(() => void window.dispatchEvent(new Event('blur'))) },
    { way: 'when the finger leaves the window', act: (at) => glide(at, { x: at.x, y: -20 }) },
  ];
  it.each(WAYS)('$way', async ({ act, isOver = false }) => {
    await open();
    const from = await lift(TAKEN.orangery);
    const over = await rowAt(from, ROOM.chapel);
    await glide(from, over);
    await act(over);
    await expect.poll(() => ghost().count()).toBe(0);
    expect(plain((await page.locator('[data-said]').textContent()) ?? '')).toBe('Put back where it was');
    expect(await unmoved()).toEqual(STILL);
    if (!isOver) await up();
    expect(await page.locator('.cal-card').count()).toBe(0);
    expect(await commands()).toEqual([]);
    // What comes after is a touch like any other.
    await bar(TAKEN.orangery).tap();
    await expect.poll(() => text(card())).toContain('Papadopoulos & Ní Dhomhnaill');
  });
});

describe('what may not be carried', () => {
  it('a locked one says why, and is not opened by that', async () => {
    await open();
    await row(CREW.registrar).scrollIntoViewIfNeeded();
    await hold(await middle(bar(TAKEN.registrar)));
    await expect.poll(() => text(page.locator('.cal-refusal'))).toContain('Locked: the registrar comes at that hour and no other');
    await up();
    await page.waitForTimeout(200);
    expect(await page.locator('.cal-card').count()).toBe(1);
    expect(await page.evaluate(() => location.hash)).not.toContain('/taking/');
  });

  it('those who may not move anything lift nothing', async () => {
    await open(PHONE, '', 'timeline_staff');
    await hold(await middle(bar(TAKEN.orangery)));
    expect(await ghost().count()).toBe(0);
    await up();
  });
});

it('what was said before does not move what is under the finger when it goes', async () => {
  await open();
  await row(CREW.registrar).scrollIntoViewIfNeeded();
  await hold(await middle(bar(TAKEN.registrar)));
  await page.locator('.cal-refusal').waitFor();
  await up();
  await row(ROOM.orangery).scrollIntoViewIfNeeded();
  const top = async (): Promise<number> => (await page.locator('.tl-scroll').boundingBox())?.y ?? 0;
  const before = await top();
  const from = await lift(TAKEN.orangery);
  expect(await page.locator('.cal-refusal').count()).toBe(0);
  expect(await top()).toBe(before);
  await expect.poll(() => text(note())).toMatch(/The Orangery and its terrace/);
  await glide(from, { x: from.x, y: from.y + 4 }, 1);
  await expect.poll(() => text(note())).toMatch(/The Orangery and its terrace/);
  await up();
});

it('takes the view along at its edge, and what is held stays held where it began is long out of sight', async () => {
  await open();
  const from = await lift(TAKEN.orangery);
  const area = await page.locator('.tl-scroll').boundingBox();
  if (!area) throw new Error('the timeline is not on the screen');
  const before = await scrolled();
  const edge = { x: area.x + area.width - 8, y: from.y };
  await glide(from, edge);
  await expect.poll(async () => (await scrolled()).scrollLeft - before.scrollLeft, { timeout: 20_000 }).toBeGreaterThan(2_000);
  await glide(edge, { x: area.x + area.width - 140, y: from.y });
  await expect.poll(() => ghost().count()).toBe(1);
  const there = await scrolled();
  await glide({ x: area.x + area.width - 140, y: from.y }, { x: area.x + area.width - 170, y: from.y });
  expect(await scrolled(), 'away from the edge it stands').toEqual(there);
  await up();
  await expect.poll(() => text(card())).toMatch(/\d+ d.* later/);
});

describe('its length', () => {
  it('is changed by the ends of what is chosen where a fingertip has room', async () => {
    await open(TABLET, `/taking/${TAKEN.orangery}`);
    await expect.poll(() => page.locator('.tl-handle').count(), { message: 'it is too narrow for them' }).toBe(0);
    await page.getByRole('button', { name: 'More', exact: true }).tap();
    await page.getByRole('menuitem', { name: 'Zoom in' }).tap();
    await page.getByRole('menuitem', { name: 'Zoom in' }).tap();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.tl-handle').count()).toBe(2);
    const box = await page.locator('.tl-handle[data-grip="end"]').boundingBox();
    expect([box?.width, box?.height]).toEqual([44, 44]);
    const end = await middle(page.locator('.tl-handle[data-grip="end"]'));
    await hold(end);
    await expect.poll(() => text(note())).toContain('Carry its end');
    await glide(end, { x: end.x - 60, y: end.y });
    await expect.poll(() => text(note())).toMatch(/^Free · .*11:00 to 1[45]:/);
    await up();
    await expect.poll(() => text(card())).toMatch(/shorter/);
    expect(await text(card())).not.toMatch(/\b(later|earlier)\b/);
  });

  it('and its time are changed by taps alone in the form, on a telephone', async () => {
    await open(PHONE, `/taking/${TAKEN.orangery}`);
    expect(await page.locator('.tl-handle').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Move by keyboard' }).isVisible(), 'there is none').toBe(false);
    await page.getByRole('button', { name: 'Move or shorten…' }).tap();
    const form = page.locator('.cal-form');
    const day = theDay(Date.now(), ZONE).toString();
    expect(await axe()).toEqual([]);
    expect(await fitsSideways()).toBe(true);
    await form.getByRole('button', { name: 'Look at what it does' }).tap();
    await expect.poll(() => text(form)).toContain('It stands there already');
    await form.getByLabel('From').fill(`${day}T12:00`);
    expect(await form.getByLabel('To', { exact: true }).inputValue()).toBe(`${day}T17:00`);
    await form.getByLabel('To', { exact: true }).fill(`${day}T11:00`);
    await expect.poll(() => text(form)).toContain('It ends before it begins');
    await form.getByLabel('To', { exact: true }).fill(`${day}T16:00`);
    await form.getByRole('combobox', { name: 'Resource' }).tap();
    expect(await page.getByRole('option', { name: 'Kings Lane String Quartet' }).count(), 'only its own kind').toBe(0);
    await page.getByRole('option', { name: 'Lakeside pavilion' }).tap();
    await expect.poll(() => text(form)).toMatch(/Lakeside pavilion is closed until/);
    await form.getByRole('button', { name: 'Look at what it does' }).tap();
    await expect.poll(() => text(card())).toMatch(/1 h 00 later, in Lakeside pavilion instead of .*, 1 h 00 shorter/);
    await page.getByLabel('Why it may be so all the same').fill('The painters are outside');
    await page.getByRole('button', { name: 'Move it' }).tap();
    await expect.poll(commands).toMatchObject([{ type: 'plan.carry_out', reason: 'The painters are outside', moves: [{ resourceId: ROOM.pavilion }] }]);
  });
});
