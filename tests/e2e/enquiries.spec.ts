import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { launchBrowser } from '../support/browser.ts';
import { startServer } from '../support/runningServer.ts';
import { axe, photograph, PHONE, SCHEMES, tabTo } from './looks.ts';

/** A couple asks for a day on a page without script, and the house has it in front of it; everything real. */

const NAMES = 'Ines Duarte and Tom Okafor';
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('a house opens its page, a couple asks for a free day by keyboard alone, and the enquiry is there', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'wedsync-enquiries-'));
  const server = await startServer({ dataDir, env: { WEDSYNC_RATE_ENQUIRY_PAGES: '10000' } });
  const browser = await launchBrowser();
  try {
    const desk = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await desk.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(desk.locator('.main')).toBeVisible();
    await desk.goto(`${server.url}/#/enquiries`);
    const form = desk.getByRole('form', { name: 'Enquiry page' });
    await expect(form.getByRole('checkbox')).not.toHaveCount(0);
    for (const room of await form.getByRole('checkbox').all()) await room.check();
    await form.getByRole('switch', { name: 'Couples can ask' }).click({ force: true });
    await form.getByLabel('A word of welcome').fill('Our rooms stand between the orchard and the lake. We answer within two days.');
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(form.getByRole('status')).toHaveText('Saved.');
    await axe(desk, 'the console');
    await photograph(desk, 'enquiries-console');
    const address = await desk.getByRole('textbox', { name: 'Its address' }).inputValue();
    expect(address).toContain(`${server.url}/ask/`);

    const couple = await (await browser.newContext({ javaScriptEnabled: false, ...PHONE })).newPage();
    await couple.goto(address);
    await expect(heading(couple)).toContainText('for a day');
    // Two months on, where the demo has nothing; all of it by keyboard.
    for (let month = 0; month < 2; month += 1) {
      const before = couple.url();
      await tabTo(couple, /^Later: /);
      await couple.keyboard.press('Enter');
      await expect(couple).not.toHaveURL(before);
      await expect(heading(couple)).toContainText('for a day');
    }
    await tabTo(couple, /free\. Ask for this day\.$/);
    await couple.keyboard.press('Enter');
    await expect(couple).toHaveURL(/date=\d{4}-\d\d-\d\d#ask$/);
    const date = new URL(couple.url()).searchParams.get('date') ?? '';
    await expect(couple.getByLabel('Day', { exact: true })).toHaveValue(date);
    for (const [label, text] of [['Your names', NAMES], ['Mail address', 'ines@example.org'], ['Guests, about', '80'], ['What you would like to say', 'We would like to dance on the lawn.']] as const) {
      await couple.getByLabel(label).focus();
      await couple.keyboard.type(text);
    }
    await tabTo(couple, /^Ask for this day$/);
    await couple.keyboard.press('Enter');
    await expect(heading(couple)).toHaveText('Your enquiry has arrived');
    await expect(couple.getByText('first', { exact: true })).toBeVisible();
    const receipt = couple.url();
    expect((await couple.context().storageState()).cookies).toEqual([]);

    // In the console it is an alert with its wedding, in front of whoever is there.
    await desk.goto(`${server.url}/#/day`);
    await expect(desk.getByText(`Asked for: ${NAMES}`).first()).toBeVisible();
    await photograph(desk, 'enquiries-alert');

    const month = `${address}?month=${date.slice(0, 7)}`;
    for (const scheme of SCHEMES) {
      for (const [size, view] of [['desk', { viewport: { width: 1280, height: 800 } }], ['phone', PHONE]] as const) {
        const looking = await browser.newContext({ ...view, colorScheme: scheme });
        const shown = await looking.newPage();
        const refused: string[] = [];
        shown.on('console', (message) => refused.push(message.text()));
        const look = async (where: string): Promise<void> => {
          expect([where, size, await shown.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([where, size, true]);
          await axe(shown, `${where} ${size} ${scheme}`);
          await photograph(shown, `enquiries-${where}-${size}-${scheme}`);
        };
        for (const [where, at] of [['now', address], ['month', month], ['chosen', `${month}&date=${date}#ask`], ['received', receipt], ['nothing', `${server.url}/ask/${'x'.repeat(43)}`]] as const) {
          await shown.goto(at);
          await look(where);
        }
        await shown.goto(month);
        await expect(shown.locator('.day-asked')).not.toHaveCount(0);
        // The browser itself would not send it like this.
        await shown.locator('form.ask').evaluate((element) => ((element as HTMLFormElement).noValidate = true));
        await shown.getByLabel('Mail address').fill('nobody');
        await shown.getByRole('button', { name: 'Ask for this day' }).click();
        await expect(shown.getByRole('alert')).toContainText('Please look at this again');
        await expect(shown.getByLabel('Mail address')).toHaveValue('nobody');
        await look('wrong');
        expect(refused.filter((one) => /Content Security Policy/i.test(one))).toEqual([]);
        await looking.close();
      }
    }
  } finally {
    await browser.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
