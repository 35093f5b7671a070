import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { chooseMore } from '../../support/moreMenu.ts';
import { nextClockChange, ROOM, TAKEN, theDay, VENDOR } from '../../support/consoleHarness/timeline.ts';
import { fixtureId } from '../../support/fixtures/record.ts';

/** The timeline in the console itself: looked at, dragged, carried by keyboard, decided, overtaken, refused and undone. */

const ZONE = 'Europe/London';
usePages();

const named = (): string => theDay(Date.now(), ZONE).toString().replaceAll('-', '');
const open = (hash = `#/conflicts/scale/day/on/${named()}`, scene: Scene = 'timeline', theme: 'light' | 'dark' = 'light'): Promise<void> => openPage(hash, scene, { theme });
const plain = (text: string | null): string => plainText(text ?? '');
const bar = (id: string): Locator => page.locator(`[data-bar$=":${id}"]`);
const row = (id: string): Locator => page.locator(`[data-resource="${id}"]`);
const words = async (id: string): Promise<string> => plain(await bar(id).getAttribute('aria-label'));
const said = async (): Promise<string> => plain(await page.locator('[data-said]').textContent());
const card = (): Locator => page.locator('.cal-card');
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
const middle = async (found: Locator): Promise<{ x: number; y: number }> => {
  const box = await found.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
/** By mouse onto the height of another row; `then` while it is held. */
async function drag(id: string, resource: string, dx = 0, then: (from: { x: number; y: number }) => Promise<void> = async () => undefined): Promise<void> {
  await bar(id).waitFor();
  const [from, to] = [await middle(bar(id)), await middle(row(resource))];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + dx, to.y, { steps: 6 });
  await then(from);
  await page.mouse.up();
}
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
async function confirmed(): Promise<void> {
  await page.getByRole('button', { name: 'Move it' }).click();
  await expect.poll(async () => plain(await page.locator('.undo-line').last().innerText())).toContain('Move');
}

describe('looking', () => {
  it('shows each status by word, shape and pattern, what clashes, what is needed before and after, and the zone once', async () => {
    await open();
    await expect.poll(() => words(TAKEN.okonkwo)).toMatch(/^Okonkwo-Fairweather & Blackwood-Smythe\. Definite · .* 13:00 to 19:00 · Great Hall · double booking$/);
    expect(await words(TAKEN.hold)).toMatch(/Hold, number 2 · .*17:30 to 22:00 .* · held until .*12:00 · too tight$/);
    expect(await words(TAKEN.lead)).toContain('Lead');
    expect(await words(TAKEN.closed)).toContain('Closed');
    expect(await words(TAKEN.registrar)).toContain('Locked: the registrar comes at that hour and no other');
    expect(await Promise.all([TAKEN.okonkwo, TAKEN.hold, TAKEN.lead, TAKEN.closed].map((id) => bar(id).getAttribute('data-status')))).toEqual(['definite', 'hold', 'lead', 'closed']);
    expect(await bar(TAKEN.okonkwo).locator('.tl-wing').count()).toBe(2);
    expect(plain(await page.locator('.tl-corner').innerText())).toMatch(/^Times in (GMT|BST)$/);
    expect(await axe()).toEqual([]);
  });

  it('draws a day with a clock change an hour shorter or longer than the day before it', async () => {
    const day = nextClockChange(Date.now(), ZONE);
    await open(`#/conflicts/scale/week/on/${day.toString().replaceAll('-', '')}`);
    const changed = page.locator('.tl-day', { has: page.locator('.tl-day-clock') });
    await changed.waitFor();
    const width = async (found: Locator) => (await found.boundingBox())?.width ?? 0;
    const before = page.locator('.tl-day', { hasText: new RegExp(` ${day.subtract({ days: 1 }).day} `) }).first();
    const ratio = (await width(changed)) / (await width(before));
    expect(Math.round(ratio * 24)).toBe(day.toZonedDateTime({ timeZone: ZONE }).hoursInDay);
    expect(plain(await changed.innerText())).toMatch(/GMT to BST|BST to GMT/);
  });

  it('goes from day to week to month, forward and back, by kind, by what clashes and by name; all of it is in the address', async () => {
    await open('#/conflicts');
    await page.getByRole('button', { name: 'Month', exact: true }).click();
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/scale\/month/);
    await page.getByRole('button', { name: 'Month after' }).click();
    await page.getByRole('button', { name: 'Today', exact: true }).first().click();
    await page.getByRole('button', { name: 'Day', exact: true }).click();
    await page.getByLabel('Kinds of resources').selectOption('room');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('/kind/room');
    await expect.poll(() => page.locator('.tl-row').count()).toBe(7);
    await page.getByRole('button', { name: 'Clashing', exact: true }).click();
    await expect.poll(async () => (await page.locator('.tl-row-name').allInnerTexts()).map(plain)).toContain('Great Hall');
    await expect.poll(() => page.locator('.tl-row').count()).toBeLessThan(7);
    await page.getByLabel('Find a resource').fill('hall');
    await expect.poll(async () => (await page.locator('.tl-row-name').allInnerTexts()).every((name) => /hall/i.test(name))).toBe(true);
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('/find/00680061006c006c');
  });

  it('draws only what is seen of two hundred resources with two thousand events', async () => {
    await open('#/conflicts', 'timeline_many');
    await expect.poll(() => page.locator('.tl-row').count()).toBeGreaterThan(5);
    expect(await page.locator('.tl-row').count()).toBeLessThan(80);
    const first = await page.locator('.tl-row-name').first().innerText();
    await page.locator('.tl-scroll').evaluate((element) => element.scrollTo(element.scrollLeft, element.scrollHeight));
    await expect.poll(async () => (await page.locator('.tl-row-name').allInnerTexts()).includes(first)).toBe(false);
    expect(await page.locator('.tl-bar').count()).toBeLessThan(600);
  });

  it('draws again what a search had found nothing of', async () => {
    await open();
    await bar(TAKEN.orangery).waitFor();
    await page.getByLabel('Find a resource').fill('no such room');
    await page.getByText('Nothing to show here').waitFor();
    await page.getByLabel('Find a resource').fill('');
    await bar(TAKEN.orangery).waitFor();
    await drag(TAKEN.orangery, ROOM.chapel);
    await expect.poll(async () => plain(await card().innerText())).toContain('in Chapel of St Ælfheah instead of The Orangery');
  });

  it.each([
    ['desk', 1280, 800, 'dark'],
    ['phone', 390, 844, 'light'],
  ] as const)('axe finds nothing and nothing is cut off sideways: %s', async (_name, width, height, theme) => {
    await page.setViewportSize({ width, height });
    await open(`#/conflicts/scale/day/on/${named()}/taking/${TAKEN.okonkwo}`, 'timeline', theme);
    if (width < 1100) await page.getByRole('tab', { name: 'Timeline' }).click();
    await card().waitFor();
    expect(await axe()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

describe('by mouse', () => {
  it('tells how it would stand while it is dragged, asks, records it, and takes it back', async () => {
    await open();
    await drag(TAKEN.ashcombe, ROOM.west, 0, async (from) => {
      await expect.poll(async () => plain(await page.locator('.tl-tag').innerText())).toContain('As before: Great Hall, west end is taken by Okonkwo-Fairweather & Blackwood-Smythe until 19:00');
      await expect.poll(() => page.locator('.tl-ghost').getAttribute('data-verdict')).toBe('warned');
      await page.mouse.move(from.x, (await middle(row(ROOM.barn))).y, { steps: 4 });
      await expect.poll(async () => plain(await page.locator('.tl-tag').innerText())).toMatch(/^Needs a reason .* Long Barn is taken by Band and dancing until 22:30$/);
      await expect.poll(async () => plain(await page.locator('.tl-touched[data-what="appears"]').innerText())).toBe('Would clash');
      await page.mouse.move(from.x, (await middle(row(ROOM.chapel))).y, { steps: 4 });
      await expect.poll(() => page.locator('.tl-ghost').getAttribute('data-verdict')).toBe('free');
      await expect.poll(async () => plain(await page.locator('.tl-touched[data-what="vanishes"]').innerText())).toBe('No longer clashes');
    });
    await expect.poll(async () => plain(await card().innerText())).toMatch(/in Chapel of St Ælfheah instead of Great Hall.*No longer clashes with Okonkwo-Fairweather/);
    expect(await axe()).toEqual([]);
    expect(await commands()).toEqual([]);
    await confirmed();
    await expect.poll(() => words(TAKEN.ashcombe)).toContain('Chapel of St Ælfheah');
    await expect.poll(() => page.locator('.conflict-row').count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => words(TAKEN.ashcombe)).toMatch(/17:30 to 23:00 · Great Hall/);
    const [moved, back] = (await commands()) as { type: string; reason: string | null; moves: { basedOnVersion: number; resourceId: string }[] }[];
    expect(moved).toMatchObject({ type: 'plan.carry_out', reason: null, moves: [{ basedOnVersion: 1, resourceId: ROOM.chapel }] });
    expect(back).toMatchObject({ reason: null, moves: [{ basedOnVersion: 2, resourceId: ROOM.hall }] });
  });

  it('refuses by name what nobody may pass: another kind, a locked one, a curfew', async () => {
    await open();
    await drag(TAKEN.okonkwo, VENDOR.photos);
    await expect.poll(async () => plain(await page.locator('.cal-refusal').innerText())).toContain('Blythe & Thornbury Documentary Photography is of another kind');
    await drag(TAKEN.registrar, VENDOR.photos);
    await expect.poll(async () => plain(await page.locator('.cal-refusal').innerText())).toContain('Locked: the registrar comes at that hour and no other');
    const edge = await bar(TAKEN.band).boundingBox();
    if (!edge) throw new Error('the band is not on the screen');
    await page.mouse.move(edge.x + edge.width - 3, edge.y + 10);
    await page.mouse.down();
    await page.mouse.move(edge.x + edge.width + 40, edge.y + 10, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => plain(await page.locator('.cal-refusal').innerText())).toMatch(/Noise curfew passed by/);
    expect(await commands()).toEqual([]);
  });

  it('is given up with Escape, and a click is no drag', async () => {
    await open();
    await drag(TAKEN.orangery, ROOM.chapel, 0, async () => {
      await page.locator('.tl-ghost').waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('.tl-ghost').count()).toBe(0);
    });
    expect(await page.locator('.cal-impact').count()).toBe(0);
    await bar(TAKEN.orangery).click();
    await expect.poll(async () => plain(await card().innerText())).toContain('Papadopoulos & Ní Dhomhnaill');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain(`/taking/${TAKEN.orangery}`);
  });

  it('changes places with another one that it is dropped onto with Alt', async () => {
    await open();
    await bar(TAKEN.lead).waitFor();
    const [from, to] = [await middle(bar(TAKEN.lead)), await middle(bar(TAKEN.orangery))];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.keyboard.down('Alt');
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await expect.poll(() => page.locator('.tl-ghost:not([data-follows])').count()).toBe(2);
    await expect.poll(() => page.locator('.tl-ghost[data-follows]').count(), { message: 'the photographer goes along' }).toBe(1);
    await page.mouse.up();
    await page.keyboard.up('Alt');
    // At that hour the photographer is at another wedding.
    await page.getByRole('checkbox', { name: '1 booking' }).uncheck();
    await page.getByRole('button', { name: 'Carry out all of it' }).click();
    await expect.poll(() => words(TAKEN.lead)).toContain('The Orangery');
    await expect.poll(() => words(TAKEN.orangery)).toContain('Chapel of St Ælfheah');
    await expect.poll(commands).toHaveLength(1);
  });
});

describe('by keyboard', () => {
  it('walks, lifts, carries, puts down and sends, and says each step', async () => {
    await open();
    await bar(TAKEN.lead).focus();
    await press('ArrowDown');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-bar') ?? '')).toContain('weddings:');
    await bar(TAKEN.orangery).focus();
    await press('Space');
    await expect.poll(said).toContain('Lifted Papadopoulos & Ní Dhomhnaill');
    await press('ArrowLeft');
    await expect.poll(said).toMatch(/10:45 to 15:45\. Free$/);
    await press('Shift+ArrowLeft');
    await expect.poll(said).toMatch(/09:45 to 14:45\. Free$/);
    await press('ArrowUp', 'ArrowUp');
    await expect.poll(said).toMatch(/^Lakeside pavilion, .* Needs a reason: Lakeside pavilion is closed until/);
    await press('Escape');
    await expect.poll(said).toBe('Put back where it was');
    await press('s', 'ArrowRight', 'Enter');
    await expect.poll(async () => plain(await card().innerText())).toMatch(/15 min later, 15 min shorter/);
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('cal-card');
    await confirmed();
    await expect.poll(() => words(TAKEN.orangery)).toContain('11:15 to 16:00');
    await press('Control+z');
    await expect.poll(() => words(TAKEN.orangery)).toContain('11:00 to 16:00');
  });

  it('needs a reason where something hard would clash, and says so before it is sent', async () => {
    await open();
    await bar(TAKEN.orangery).focus();
    await press('Space', 'ArrowUp', 'ArrowUp', 'Enter');
    await page.getByRole('button', { name: 'Move it' }).click();
    await expect.poll(async () => plain(await card().innerText())).toContain('This is needed. Fill it in.');
    expect(await commands()).toEqual([]);
    await page.getByLabel('Why it may be so all the same').fill('The painters are outside');
    await confirmed();
    await expect.poll(commands).toMatchObject([{ reason: 'The painters are outside', moves: [{ resourceId: ROOM.pavilion }] }]);
  });

  it('changes places through the card, without a mouse', async () => {
    await open(`#/conflicts/scale/day/on/${named()}/taking/${TAKEN.orangery}`);
    await page.getByRole('button', { name: 'Swap with…' }).click();
    await bar(TAKEN.lead).focus();
    await press('Enter');
    await expect.poll(async () => plain(await card().innerText())).toContain('in Chapel of St Ælfheah instead of The Orangery');
    await page.getByRole('button', { name: 'Put it back' }).click();
    expect(await commands()).toEqual([]);
  });
});

describe('with others', () => {
  /** What is carried was moved by somebody else while its card lay open, and is sent. */
  async function overtaken(): Promise<void> {
    await open();
    await bar(TAKEN.orangery).focus();
    await press('Space', 'ArrowLeft', 'Enter');
    await card().waitFor();
    await page.evaluate((id) => window.harness?.shift(id, 60), `weddings:${TAKEN.orangery}`);
    await expect.poll(() => words(TAKEN.orangery)).toContain('12:00 to 17:00');
    await page.getByRole('button', { name: 'Move it' }).click();
  }

  it('is asked again over what stands now when somebody else was first', async () => {
    await overtaken();
    await expect.poll(async () => plain(await card().innerText())).toMatch(/Somebody was first: decide again.*It stands now at Papadopoulos & Ní Dhomhnaill: .*12:00 to 17:00/);
    await confirmed();
    await expect.poll(() => words(TAKEN.orangery)).toContain('10:45 to 15:45');
    expect((await commands() as { moves: { basedOnVersion: number }[] }[]).map(({ moves }) => moves[0]?.basedOnVersion)).toEqual([1, 2]);
  });

  it('is not asked a second time where its decision is heard of later than what it changed', async () => {
    await overtaken();
    await expect.poll(async () => plain(await card().innerText())).toContain('Somebody was first: decide again');
    await page.evaluate(() => window.harness?.tellOutboxAfter(700));
    await page.getByRole('button', { name: 'Move it' }).click();
    await expect.poll(() => words(TAKEN.orangery)).toContain('10:45 to 15:45');
    await expect.poll(async () => plain(await page.locator('.undo-line').last().innerText())).toContain('Move');
    expect(await card().count()).toBe(0);
  });

  it('says what the server refused and leaves it where it was', async () => {
    await open();
    await page.evaluate(() => window.harness?.answerCommandsWith('rejected'));
    await bar(TAKEN.orangery).focus();
    await press('Space', 'ArrowLeft', 'Enter');
    await page.getByRole('button', { name: 'Move it' }).click();
    await expect.poll(async () => plain(await page.locator('.note-warning').innerText())).toContain('Somebody else has that time');
    await expect.poll(() => words(TAKEN.orangery)).toContain('11:00 to 16:00');
  });

  it('offers nothing of it to those who may not', async () => {
    await open(undefined, 'timeline_staff');
    await bar(TAKEN.orangery).waitFor();
    await drag(TAKEN.orangery, ROOM.chapel);
    expect(await page.locator('.tl-ghost, .cal-impact').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^New hold or closure$/ }).count()).toBe(0);
  });
});

describe('ways out', () => {
  it('offers up to three, shows where each leads, and carries one out as a whole', async () => {
    await open(`#/conflicts/${fixtureId(22, 1)}`);
    await page.locator('article.conflict').getByRole('button', { name: 'Ways out' }).click();
    await expect.poll(() => page.locator('.cal-plan').count()).toBe(3);
    await page.locator('.cal-plan .button').first().focus();
    await expect.poll(() => page.locator('.tl-ghost').count()).toBeGreaterThan(0);
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Enter');
    await confirmed();
    await expect.poll(() => page.locator('.conflict-row', { hasText: 'double booking' }).count()).toBe(0);
  });

  it('finds one plan for several that are ticked', async () => {
    await open('#/conflicts');
    await expect.poll(() => page.locator('.conflict-choose').count()).toBe(2);
    for (const box of await page.locator('.conflict-choose').all()) await box.check();
    await page.getByRole('button', { name: 'Ways out of 2' }).click();
    await expect.poll(() => page.locator('.cal-plan').count()).toBeGreaterThan(0);
    expect(plain(await page.locator('.cal-plan').first().innerText())).toContain('2 things move');
  });
});

describe('forms', () => {
  it('makes a room of parts, a hold, and a limit that is at once asked', async () => {
    await open();
    await chooseMore(page, 'New resource');
    await page.getByLabel('Name').fill('Walled garden');
    await page.getByLabel('Minutes before, to set up').fill('20');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await page.locator('.tl-row-name').allInnerTexts()).map(plain)).toContain('Walled garden');
    await page.getByRole('button', { name: 'New hold or closure' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => plain(await page.locator('.dialog').innerText())).toContain('This is needed. Fill it in.');
    await page.getByLabel('What it is for').fill('Site visit');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.locator('.dialog').count()).toBe(0);
    await chooseMore(page, 'Limits');
    await page.getByRole('button', { name: 'New limit' }).click();
    await page.getByLabel('Name').fill('Bar closes');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => plain(await page.locator('.cal-limits').innerText())).toContain('Bar closes not from 23:00 to 07:00, every day · Everywhere');
    expect((await commands() as { type: string; basedOnVersion: number | null }[]).map(({ type, basedOnVersion }) => `${type} ${basedOnVersion}`)).toEqual(['resource.save null', 'allocation.save null', 'limit.save null']);
  });

  it('makes a hold definite, and asks why where something hard stands against it', async () => {
    await open(`#/conflicts/scale/day/on/${named()}/taking/${TAKEN.photosAgain}`);
    await card().getByRole('button', { name: 'Make it definite' }).click();
    await expect.poll(async () => plain(await card().innerText())).toContain('Nothing stands against it.');
    await card().locator('form').getByRole('button', { name: 'Make it definite' }).click();
    await expect.poll(() => words(TAKEN.photosAgain)).toContain('Definite');
    await expect.poll(commands).toMatchObject([{ type: 'booking.set_status', status: 'definite', reason: null, basedOnVersion: 1 }]);
  });
});
