import { describe, expect, it } from 'vitest';
import { axe, complains, fitsSideways, hash, open, page, setClock, usePages } from '../../support/consoleHarness/page.ts';
import { fixtureId, STRIPE, WEDDING_A } from '../../support/fixtures/record.ts';

/** The console itself in a browser, under the product's strict policy, with a played backend. */

usePages();

const tile = (id: string) => page.locator(`[data-tile="${id}"]`);
const alertRow = (index: number) => page.locator(`.column-alerts [data-row="${fixtureId(6, index)}"]`);
const databaseMade = (): Promise<void> => expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).some((each) => each.name === 'wedsync-console'))).toBe(true);
/** Position of the kept record; 0 = none yet. */
const keptSeq = (): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const request = indexedDB.open('wedsync-console');
        request.onerror = () => reject(new Error('no database'));
        request.onsuccess = () => {
          const read = request.result.transaction('meta').objectStore('meta').get('record');
          read.onsuccess = () => {
            request.result.close();
            resolve((read.result as { seq?: number } | undefined)?.seq ?? 0);
          };
        };
      }),
  );

describe('the history of a row', () => {
  const about = `#/wedding/${WEDDING_A}/about/${WEDDING_A}`;
  it('comes from the server, with what stood before', async () => {
    await open(about);
    const history = page.locator('.history');
    await expect.poll(() => history.locator('li').count()).toBe(2);
    await expect.poll(() => history.innerText()).toMatch(/Guests: \W*90\W* → \W*\d+/);
    expect(await history.innerText()).toContain('Ines');
  });

  it('is what this machine has seen while the server cannot be asked, and says so', async () => {
    await open(about, 'offline');
    await expect.poll(() => page.locator('.inspector-part', { hasText: 'History' }).innerText()).toContain('The server cannot be asked now');
  });
});

describe('the day board', () => {
  it('moves when a payment arrives, and reports what was painted', async () => {
    await open(`#/wedding/${WEDDING_A}`);
    const value = tile('payments').locator('.tile-value');
    // Shortly after midnight euros may be what most came in: the tile shows the currency with the most payments.
    await value.waitFor();
    await page.evaluate(() => [101, 102, 103].forEach((minor) => window.harness?.pay(minor)));
    await expect.poll(() => page.locator('.column-feed .row').first().innerText()).toContain('paid £1.03');
    await expect.poll(() => value.innerText()).toContain('£');
    const before = Number((await value.innerText()).replace(/[^\d.]/g, ''));
    await page.evaluate(() => window.harness?.pay(12_345));
    await expect.poll(async () => Number((await value.innerText()).replace(/[^\d.]/g, ''))).toBeCloseTo(before + 123.45, 2);
    await expect.poll(() => page.locator('.column-feed .row').first().innerText()).toContain('paid £123.45');
    const seq = Number(await page.locator('.board').getAttribute('data-seq'));
    await expect.poll(() => page.evaluate(() => window.harness?.painted.at(-1))).toBe(seq);
  });

  it('says what was given up, how old it is and how old that knowledge is, and leads to the list of it', async () => {
    await open('#/day', 'stuck');
    await expect.poll(() => tile('dead').locator('.tile-value').innerText()).toBe('1');
    expect(await tile('dead').innerText()).toMatch(/Deliveries given up\s+1\s+the oldest came 2[7-9] min ago\s+WedSync\s*\d+ s/);
    await tile('dead').getByRole('link').focus();
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe('#/deliveries/state/dead');
    await open('#/day');
    await expect.poll(() => tile('dead').innerText()).toContain('Everything came through');
  });

  it('moves nothing under the pointer and shows what waited when it leaves', async () => {
    await open('#/day');
    const first = page.locator('.column-feed .row').first();
    await first.hover();
    const box = await first.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 10, { steps: 3 });
    const before = await first.innerText();
    await page.evaluate(() => window.harness?.pay(100));
    await expect.poll(() => page.locator('.column-feed .section-aside').innerText()).toBe('1 new');
    expect(await first.innerText()).toBe(before);
    await page.mouse.move(600, 10);
    await expect.poll(() => first.innerText()).toContain('paid £1.00');
  });

  it('does not let a pointer that was left lying there hide what is new', async () => {
    await open('#/day');
    const first = page.locator('.column-feed .row').first();
    const box = await first.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 10, { steps: 3 });
    await page.evaluate(() => window.harness?.pay(2_300));
    // No further movement: after a while the hand counts as gone, although the pointer is still there.
    await expect.poll(() => first.innerText()).toContain('paid £23.00');
  });

  it('is walked with j and k, opens with Enter, closes with Esc and gives the keyboard back', async () => {
    await open('#/day');
    await alertRow(0).waitFor();
    await page.keyboard.press('j');
    await expect.poll(() => alertRow(0).evaluate((row) => row === document.activeElement)).toBe(true);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('/alert/');
    const title = await page.locator('.inspector h2').innerText();
    expect(title).toContain('Payment failed');
    await page.keyboard.press('Escape');
    await page.locator('.inspector').waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.column-alerts') !== null)).toBe(true);
    await page.goBack();
    expect(await page.locator('.inspector h2').innerText()).toBe(title);
  });

  it('acknowledges with A, and only then takes the alert away', async () => {
    await open('#/day');
    await alertRow(0).focus();
    await page.keyboard.press('a');
    await alertRow(0).waitFor({ state: 'detached' });
    await page.getByText('Acknowledged and recorded').waitFor();
    expect(await page.evaluate(() => window.harness?.commands.length)).toBe(1);
  });

  it.each([
    ['rebase', 'Somebody was first'],
    ['rejected', 'Not recorded'],
  ] as const)('says so when the answer is %s, and keeps the alert', async (outcome, words) => {
    await open('#/day');
    await alertRow(0).focus();
    await page.evaluate((next) => window.harness?.answerCommandsWith(next), outcome);
    await page.keyboard.press('a');
    await page.locator('.mantine-Notification-title', { hasText: words }).waitFor();
    expect(await alertRow(0).count()).toBe(1);
  });

  it('offline says since when on every tile; a decision is queued, listed and can be taken back', async () => {
    await open('#/day', 'offline');
    await expect.poll(() => page.locator('.tile[data-fresh="stale"]').count()).toBe(6);
    expect(await tile('payments').innerText()).toMatch(/offline since \d\d:\d\d · 1[123] min/);
    await alertRow(0).focus();
    await page.keyboard.press('a');
    await page.getByText('Queued on this machine').waitFor();
    await alertRow(0).locator('..').locator('[data-decision="queued"]').waitFor();
    expect(await page.locator('.pill-unsent').innerText()).toBe('1 unsent');
    expect(await page.evaluate(() => window.harness?.commands.length)).toBe(0);
    await page.getByRole('button', { name: /Offline since/ }).click();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    await page.locator('[data-outbox="queued"]').getByRole('button', { name: 'Take back' }).click();
    await page.locator('.pill-unsent').waitFor({ state: 'detached' });
    expect(await page.locator('[data-decision]').count()).toBe(0);
  });

  it('an overtaken decision waits in the list until the person sends it again or lets it go', async () => {
    await open('#/day');
    await alertRow(0).focus();
    await page.evaluate(() => window.harness?.answerCommandsWith('rebase'));
    await page.keyboard.press('a');
    await alertRow(0).locator('[data-decision="rebase"]').waitFor();
    await page.locator('[data-link="live"]').click();
    const entry = page.locator('[data-outbox="rebase"]');
    await entry.getByRole('button', { name: 'Send again over what stands now' }).click();
    await expect.poll(() => page.evaluate(() => window.harness?.commands.length)).toBe(2);
    await entry.getByRole('button', { name: 'Let it go' }).click();
    await entry.waitFor({ state: 'detached' });
    expect(await alertRow(0).locator('[data-decision]').count()).toBe(0);
    await page.evaluate(() => window.harness?.answerCommandsWith('accepted'));
    await page.keyboard.press('Escape');
    await alertRow(0).focus();
    await page.keyboard.press('a');
    await alertRow(0).waitFor({ state: 'detached' });
  });

  it('sets an item’s status from its details, in order, also while offline', async () => {
    await open(`#/wedding/${WEDDING_A}/item/${fixtureId(4, 10)}`, 'offline');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.inspector [data-decision="queued"]').waitFor();
    expect(await page.locator('.inspector-state').innerText()).toContain('Planned');
    await page.getByRole('button', { name: 'Done', exact: true }).click();
    await expect.poll(() => page.locator('.pill-unsent').innerText()).toBe('2 unsent');
    await expect.poll(() => page.locator('.item-actions').count()).toBe(0);
    expect(await axe()).toEqual([]);
  });

  it('names the source that is not answering, on its own tile only', async () => {
    await open('#/day', 'stripe_failing');
    await expect.poll(() => page.locator('.tile[data-fresh="stale"]').count()).toBe(1);
    expect(await tile('payments').innerText()).toContain('Stripe, venue account is not answering');
  });

  it('says new critical alerts aloud, several as one', async () => {
    await open('#/day', 'quiet');
    await page.locator('.board').waitFor();
    await page.waitForFunction(() => (window.harness?.painted.length ?? 0) > 0);
    await page.evaluate(() => window.harness?.raise('critical'));
    await expect.poll(() => page.locator('[role="status"].vh').innerText()).toContain('Critical: Maison Vasseur Traiteur has cancelled');
    await page.evaluate(() => {
      window.harness?.raise('emergency');
      window.harness?.raise('critical');
    });
    await expect.poll(() => page.locator('[role="alert"].vh').innerText()).toBe('2 new critical alerts');
  });

  it('opens again from what was kept, without a word from the server', async () => {
    await open('#/day');
    await databaseMade();
    const seq = async () => Number(await page.locator('.board').getAttribute('data-seq'));
    const before = await seq();
    await page.evaluate(() => window.harness?.pay(54_321));
    await expect.poll(seq).toBeGreaterThan(before);
    const paid = await seq();
    await expect.poll(keptSeq).toBeGreaterThanOrEqual(paid);
    await open('#/day', 'lost');
    await expect.poll(() => tile('alerts').locator('.tile-value').innerText()).toBe('40');
    await expect.poll(() => page.locator('.column-feed').innerText()).toContain('paid £543.21');
    await expect.poll(() => tile('alerts').getAttribute('data-fresh')).toBe('stale');
  });

  it('drops a kept record that it cannot read and goes on', async () => {
    await open('#/day');
    await databaseMade();
    await expect.poll(keptSeq).toBeGreaterThan(0);
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open('wedsync-console');
          request.onsuccess = () => {
            const write = request.result.transaction('rows', 'readwrite');
            write.objectStore('rows').put({ collection: 'weddings', id: 'broken', row: { nonsense: true } });
            write.oncomplete = () => {
              request.result.close();
              resolve();
            };
          };
        }),
    );
    await open('#/day', 'lost');
    await page.getByText('No record here yet').waitFor();
    await complains('kept record is unreadable');
  });
});

describe('the frame', () => {
  it('finds a wedding by its name in the palette', async () => {
    await open('#/day');
    await page.locator('.board').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search weddings, people').fill('papadop');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('h1').innerText()).toContain('Papadopoulos');
  });

  it('opens what a banner is about and takes the banner away', async () => {
    await open('#/day', 'banner');
    await page.locator('.banner').getByRole('button', { name: 'Open', exact: true }).click();
    await expect.poll(() => page.locator('.inspector h2').innerText()).toContain('Kings Lane');
    expect(await page.locator('.banner').count()).toBe(0);
  });

  it('shows the deliveries of a connection, with their reasons in words', async () => {
    await open(`#/integrations/${STRIPE}`);
    await expect.poll(() => page.locator('.inspector').innerText()).toContain('It matches no wedding');
    expect(await page.locator('.integrations').innerText()).toContain('Stripe, venue account');
  });

  it('changes the theme and says what became of a test notification', async () => {
    await open('#/settings');
    await page.getByText('Dark', { exact: true }).first().click();
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
    await page.getByRole('button', { name: 'Send a test notification' }).click();
    await page.getByText('no notification service is running', { exact: false }).waitFor();
  });

  it('lets a browser that is not let in sign in, and says how to come in without an account', async () => {
    // The played backend has no server behind it that would say who is signed in.
    await page.route('**/api/**', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{}' }));
    await open('', 'unpaired', { home: 'browser' });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('No account? Ask for a link').click();
    await page.getByText('Open that link in this browser.').waitFor();
  });
});

describe('by its own clock', () => {
  it.each([
    ['shortly after midnight, when what began the day before is named with its day', '2026-09-30T00:05:00+01:00', [360, 390]],
    ['in the night', '2026-11-21T02:40:00Z', [390, 360]],
    ['shortly before midnight', '2026-09-23T23:40:00+01:00', [360, 390]],
  ])('nothing is cut off sideways on the smallest telephone %s', async (_when, time, widths) => {
    await setClock(new Date(time));
    for (const [scene, place] of [
      ['offline', '#/day'],
      ['stripe_failing', '#/day'],
      ['stuck', '#/day'],
      ['day', `#/wedding/${WEDDING_A}/alert/${fixtureId(6, 1)}`],
      ['day', '#/messages'],
      ['stuck', '#/deliveries'],
      ['clashing', `#/conflicts/${fixtureId(22, 1)}`],
      ['calendars', '#/conflicts'],
    ] as const) {
      // Opened on the first, and turned to the other while it is open.
      for (const [at, width] of widths.entries()) {
        await page.setViewportSize({ width, height: 844 });
        if (at === 0) await open(place, scene);
        await page.locator('h1').first().waitFor();
        await expect.poll(fitsSideways, { message: `${scene} ${place}, ${width} px` }).toBe(true);
      }
    }
  });
});

describe('for everybody', () => {
  it.each([
    // Whoever reads everything twice as large has half the room, on a page that is open.
    ['desk, then twice as large', [{ width: 1280, height: 800 }, { width: 640, height: 400 }]],
    ['phone', [{ width: 390, height: 844 }]],
  ])('axe finds nothing and nothing is cut off sideways: %s', async (_name, sizes) => {
    for (const [scene, place] of [
      ['day', `#/wedding/${WEDDING_A}/alert/${fixtureId(6, 1)}`],
      ['offline', '#/day'],
      ['day', '#/integrations'],
      ['day', '#/settings'],
      ['day', '#/people'],
      ['quiet', '#/people'],
      ['day', '#/pair/wxkd7pqr'],
    ] as const) {
      for (const [at, size] of sizes.entries()) {
        await page.setViewportSize(size);
        if (at === 0) await open(place, scene);
        await page.locator('h1').waitFor();
        await expect.poll(fitsSideways, { message: `${scene} ${place}, ${size.width} px` }).toBe(true);
        expect((await axe()).map((found) => `${scene}${place}, ${size.width} px ${found}`)).toEqual([]);
      }
    }
  });
});
