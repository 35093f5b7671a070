import { expect, it } from 'vitest';
import { axe, open, page, unmarked, usePages } from '../../support/consoleHarness/page.ts';
import { fixtureId, WEDDING_A } from '../../support/fixtures/record.ts';

/** What mailing systems say of a person, and what was ordered with a booking, in the inspector. */

usePages();

const inspector = async (): Promise<string> => unmarked(await page.locator('.inspector .details').innerText());

it.each(['light', 'dark'] as const)('warns of somebody who must not be mailed, and says who said so and when, %s', async (theme) => {
  await open(`#/wedding/${WEDDING_A}/contact/${fixtureId(2, 0)}`, 'day', { theme });
  await expect.poll(inspector).toMatch(/Mailing lists\s+Do not send news\s+Unsubscribed, or taken off the list · Mailchimp, [\s\S]*Subscribed · Constant Contact, /);
  expect(await axe()).toEqual([]);
});

it('lists what was ordered, what is in a package without a price of its own', async () => {
  await open(`#/wedding/${WEDDING_A}/booking/${fixtureId(3, 0)}`);
  await expect.poll(inspector).toMatch(/Ordered\s+Full day\s+£2,200\.00\s+Second photographer\s+Album\s+× 2\s+£350\.00\s+Spring offer\s+[-−]£100\.00/);
  expect(await page.locator('.ordered-within').allInnerTexts()).toEqual([expect.stringContaining('Second photographer')]);
  expect(await axe()).toEqual([]);
});
