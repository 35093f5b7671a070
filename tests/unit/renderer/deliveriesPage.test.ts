import { describe, expect, it } from 'vitest';
import { axe, fitsSideways, hash, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { fixtureId, STRIPE, VSCO, WEDDING_A } from '../../support/fixtures/record.ts';

/** Deliveries, working on them again, and what waits for a person, in the console itself, under the product's strict policy. */

usePages();

const open = (place: string, scene: Scene = 'stuck'): Promise<void> => openPage(place, scene);
const rows = async (): Promise<string[]> => (await page.locator('.row-delivery').allInnerTexts()).map(plain);
const inspector = async (): Promise<string> => plain(await page.locator('.inspector .details').innerText());
const dialog = async (): Promise<string> => plain(await page.getByRole('dialog').innerText());
const focused = (): Promise<string | undefined> => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['row']);
const commands = (): Promise<readonly { type: string; reviewId?: string }[]> => page.evaluate(() => window.harness?.commands as { type: string }[]);

describe('the page of deliveries', () => {
  it('has the newest first with state, event, reason and age, counts the states, and goes on by itself at its end', async () => {
    await open('#/deliveries');
    await expect.poll(async () => (await rows()).length).toBe(50);
    const [first = '', second = ''] = await rows();
    expect(first).toMatch(/^\d\d:\d\d \d+ s Used payment_intent.succeeded Stripe · Stripe, venue account evt_1Pq0Zk4 Okonkwo-Fairweather/);
    expect(second).toContain('Needs a person order.updated');
    expect(second).toContain('It matches no wedding.');
    expect((await page.locator('.state-chip').allInnerTexts()).map(plain)).toEqual(['All 130', 'Received 0', 'Waiting 1', 'Held back 2', 'Used 123', 'Of no interest 1', 'Needs a person 1', 'Not usable 1', 'Given up 1']);
    expect(await axe()).toEqual([]);
    await page.locator('.row-delivery').last().scrollIntoViewIfNeeded();
    await expect.poll(async () => (await rows()).length).toBe(100);
    await page.locator('.row-delivery').last().scrollIntoViewIfNeeded();
    await expect.poll(async () => (await rows()).length).toBe(130);
  });

  it('keeps every filter in the address, and an address opens narrowed', async () => {
    await open('#/deliveries');
    await page.getByRole('button', { name: /^Given up/ }).click();
    await expect.poll(hash).toBe('#/deliveries/state/dead');
    await page.getByRole('button', { name: /^Held back/ }).click();
    await expect.poll(hash).toBe('#/deliveries/state/held-dead');
    await expect.poll(async () => (await rows()).length).toBe(3);
    await page.getByLabel('Connection', { exact: true }).selectOption(VSCO);
    await page.getByLabel('When', { exact: true }).selectOption('day');
    await page.getByLabel('Search what came').fill('order');
    await expect.poll(hash).toBe(`#/deliveries/connection/${VSCO}/state/held-dead/last/day/text/006f0072006400650072`);
    await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.value)).toBe('order');
    await page.reload();
    await expect.poll(async () => (await rows()).length).toBe(3);
    await expect.poll(() => page.getByLabel('Search what came').inputValue()).toBe('order');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(hash).toBe('#/deliveries');
    await expect.poll(() => page.getByLabel('Search what came').inputValue()).toBe('');
    await open(`#/deliveries/wedding/${WEDDING_A}/from/20200101t000000z`);
    // What is out of sight is not drawn, and has no text then.
    await expect.poll(async () => (await rows()).slice(0, 4).map((row) => row.includes('Okonkwo-Fairweather'))).toEqual([true, true, true, true]);
    await expect.poll(() => page.getByLabel('From', { exact: true }).inputValue()).toBe('2020-01-01T00:00');
  });

  it('takes nothing back that was typed while the address was on its way', async () => {
    await page.addInitScript(() => {
      // Heard before the page hears it.
      const typeOn = (): void => {
        const field = document.querySelector<HTMLInputElement>('.delivery-text input');
        if (!field || !location.hash.includes('/text/')) return;
        removeEventListener('hashchange', typeOn);
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, `${field.value}s`);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      };
      addEventListener('hashchange', typeOn);
    });
    await open('#/deliveries');
    await page.getByLabel('Search what came').fill('order');
    await expect.poll(hash).toBe('#/deliveries/text/006f0072006400650072');
    await expect.poll(hash).toBe('#/deliveries/text/006f00720064006500720073');
    await expect.poll(() => page.getByLabel('Search what came').inputValue()).toBe('orders');
  });

  it('counts what comes meanwhile and moves nothing until it is asked for', async () => {
    await open('#/deliveries');
    await expect.poll(async () => (await rows()).length).toBe(50);
    const before = await rows();
    await page.evaluate(() => {
      window.harness?.comeIn();
      window.harness?.comeIn();
      window.harness?.pay(100);
    });
    await page.getByRole('button', { name: 'Show 2 new' }).waitFor();
    expect((await rows())[0]?.slice(-60)).toBe(before[0]?.slice(-60));
    await page.getByRole('button', { name: 'Show 2 new' }).click();
    await expect.poll(async () => (await rows())[0]).toContain('new_inquiry');
    expect(await page.getByRole('button', { name: /Show \d+ new/ }).count()).toBe(0);
  });

  it('tells what was refused of a connection, and says so when nothing fits or nobody answers', async () => {
    await open(`#/deliveries/connection/${STRIPE}`);
    await expect.poll(async () => plain(await page.locator('.refusals').innerText())).toContain('14 calls, last');
    await open('#/deliveries', 'empty');
    await expect.poll(() => page.locator('.empty').innerText()).toContain('Take a filter away');
    await open('#/deliveries', 'offline');
    await expect.poll(() => page.locator('.inline-error').first().innerText()).toContain('Ask again');
    await open('#/deliveries', 'vendor');
    await page.locator('.board').waitFor();
    expect(await page.locator('.deliveries-page').count()).toBe(0);
  });

  it('has room on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open('#/deliveries');
    await expect.poll(async () => (await rows()).length).toBe(50);
    expect(await fitsSideways()).toBe(true);
    expect(await axe()).toEqual([]);
  });
});

describe('one delivery', () => {
  it('shows what came with what is covered, what it changed, and leads there', async () => {
    await open(`#/deliveries/delivery/${fixtureId(9, 0)}`);
    await expect.poll(inspector).toContain('What it changed Payment Final balance');
    expect(await inspector()).toContain('State Pending → Received');
    // What followed from it here comes after what it told.
    expect(await inspector()).toMatch(/Final balance .* Entry for review Deposit from an unknown address State Open → Resolved/);
    expect(await page.locator('.delivery-body').innerText()).toContain('  "type": "payment_intent.succeeded"');
    expect(await page.locator('.delivery-body .covered').allInnerTexts()).toEqual(['••• (e-mail)', '••• (phone)']);
    await page.locator('.delivery-headers summary').click();
    await expect.poll(() => page.locator('.delivery-headers .covered').innerText()).toBe('••• (covered)');
    expect(await axe()).toEqual([]);
    await page.locator('.changes a').click();
    await expect.poll(hash).toBe(`#/wedding/${WEDDING_A}/payment/${fixtureId(5, 0)}`);
  });

  it('tells each attempt, what is newer, broken JSON as it came, and that nothing is kept any more', async () => {
    await open(`#/deliveries/delivery/${fixtureId(9, 4)}`);
    await expect.poll(inspector).toMatch(/ Attempts .*answer 503 from the studio · answered 503 · 812 ms.*left alone until 14:12/);
    expect(await inspector()).toContain('2 later deliveries told of the same things.');
    await page.locator('.inspector').getByRole('link', { name: /^The vendor gave no answer/ }).click();
    await expect.poll(async () => (await rows()).length).toBe(2);
    // The code of it is told in words, also where it is the narrowing.
    await expect.poll(() => page.getByLabel('How an attempt ended').evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text)).toMatch(/^The vendor gave no answer/);
    await page.getByLabel('How an attempt ended').selectOption('any');
    await expect.poll(async () => (await rows()).length).toBe(50);
    await open(`#/deliveries/delivery/${fixtureId(9, 3)}`);
    await expect.poll(() => page.locator('.delivery-body').innerText()).toBe('{"kind":"odd","nested":[1,2');
    await open(`#/deliveries/delivery/${fixtureId(9, 20)}`);
    await expect.poll(inspector).toContain('The message itself is not kept any more.');
    expect(await page.getByRole('button', { name: 'Work on it again', exact: true }).isDisabled()).toBe(true);
    await open(`#/deliveries/delivery/${fixtureId(9, 1)}`);
    await expect.poll(inspector).toMatch(/Waits for lead person 4711 of \S+/);
    await open(`#/deliveries/delivery/${fixtureId(9, 999)}`);
    await expect.poll(inspector).toContain('It cannot be shown');
  });
});

describe('working on deliveries again', () => {
  it('by keyboard: the dry run field by field, then the word, then how it ended', async () => {
    await open('#/deliveries/state/parked');
    await page.locator('.row-delivery').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.inspector .delivery-body').waitFor();
    await page.locator('.row-delivery').first().focus();
    await page.keyboard.press('r');
    await expect.poll(dialog).toContain('This would change 5 fields of 2 rows.');
    expect(await dialog()).toContain('Guests 148 → 152');
    expect(await dialog()).toMatch(/Payment Final balance \(new\) Amount £2,450.00 Currency GBP Wedding Okonkwo/);
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(dialog).toContain('Finished: 1 of 1 were worked on. Used 1');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await expect.poll(async () => (await rows()).length).toBe(0);
    expect(await hash()).toBe(`#/deliveries/state/parked/delivery/${fixtureId(9, 1)}`);
  });

  it('chooses with space and shift, and tells in sentences what would become of each', async () => {
    await open('#/deliveries');
    await page.locator('.row-delivery').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(() => focused()).toBe(fixtureId(9, 4));
    await expect.poll(() => page.locator('.delivery-acts strong').innerText()).toBe('5 chosen');
    await page.keyboard.press('r');
    await expect.poll(dialog).toContain('For 1 the source was not read. It is asked again when this is worked on, and what it says then counts. Blythe & Thornbury studio 1 · The vendor gave no answer about the details. 2 change nothing. 1 cannot be used. The delivery does not look');
    await page.getByRole('button', { name: 'Work on 5 again now' }).click();
    await expect.poll(dialog).toContain('Finished: 5 of 5');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await expect.poll(() => page.locator('.delivery-acts strong').count()).toBe(0);
    expect((await rows()).slice(0, 5).every((row) => row.includes('Used'))).toBe(true);
  });

  it('takes everything of a narrowing only when it has a beginning, and can be stopped', async () => {
    await open('#/deliveries');
    await page.locator('.row-delivery').first().waitFor();
    expect(await page.getByRole('button', { name: 'Work on all of these again' }).count()).toBe(0);
    await page.getByLabel('When', { exact: true }).selectOption('week');
    await page.getByRole('button', { name: 'Work on all of these again' }).click();
    await expect.poll(dialog).toContain('123 change nothing.');
    await page.getByRole('button', { name: 'Work on 130 again now' }).click();
    await page.getByRole('button', { name: 'Stop here' }).click();
    await expect.poll(dialog).toMatch(/Stopped after \d+ of 130. What was worked on until then stays./);
  });
});

describe('a dry run that is overtaken', () => {
  it('says so when it does not stand any more, and is looked at once more by keyboard in the same place', async () => {
    await open('#/deliveries/state/parked');
    await page.locator('.row-delivery').first().focus();
    await page.keyboard.press('r');
    await expect.poll(dialog).toContain('This would change 5 fields of 2 rows.');
    await page.evaluate(() => window.harness?.endDryRuns());
    await page.getByRole('button', { name: 'Work on 1 again now' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(dialog).toContain('What was shown does not stand any more');
    const again = page.getByRole('button', { name: 'Look once more' });
    await expect.poll(() => again.evaluate((button) => button === document.activeElement)).toBe(true);
    // What was shown before is not offered any more.
    expect(await page.getByRole('button', { name: /^Work on .* again now/ }).count()).toBe(0);
    expect(await page.getByRole('region', { name: 'Field by field' }).count()).toBe(0);
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(dialog).toContain('This would change 5 fields of 2 rows.');
    expect(await dialog()).not.toContain('What was shown does not stand any more');
    await page.getByRole('button', { name: 'Work on 1 again now' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(dialog).toContain('Finished: 1 of 1 were worked on. Used 1');
  });

  it('lists what was left as it was, and leads to each', async () => {
    await open('#/deliveries');
    await page.locator('.row-delivery').nth(1).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(() => page.locator('.delivery-acts strong').innerText()).toBe('2 chosen');
    await page.keyboard.press('r');
    await expect.poll(dialog).toContain('This would change 5 fields of 2 rows.');
    await page.evaluate((id) => window.harness?.changeMeanwhile(id), fixtureId(9, 1));
    await page.getByRole('button', { name: 'Work on 2 again now' }).click();
    await expect.poll(dialog).toContain('Finished: 2 of 2');
    expect(await dialog()).toContain('1 was left as it was: by now it would have changed something else than was shown');
    const left = page.getByRole('region', { name: 'Left as they were' });
    await expect.poll(async () => (await left.locator('.replay-from').allInnerTexts()).map(plain)).toEqual([expect.stringContaining('Blythe & Thornbury studio')]);
    expect(await axe()).toEqual([]);
    await left.getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe(`#/deliveries/delivery/${fixtureId(9, 1)}`);
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await expect.poll(inspector).toContain('Needs a person');
  });
});

describe('what waits for a person', () => {
  it('has the held lot first, and takes a decision about it only when it is confirmed', async () => {
    await open('#/integrations');
    const cards = page.locator('.review-card');
    await expect.poll(async () => (await cards.allInnerTexts()).map((text) => plain(text).split(' for ')[0])).toEqual(['Held back', 'Not usable', 'Given up', 'Needs a person']);
    const held = plain(await cards.first().innerText());
    expect(held).toContain('Blythe & Thornbury studio · 42 deletions');
    expect(held).toContain('Usually 0 to 3 deletions an hour; now 42 within 1 min. 9 more were applied before it was too much.');
    expect(held).toContain('40 bookings, 2 calendar entries');
    expect(held).toMatch(/Such as Okonkwo-Fairweather & Blackwood-Smythe \w{3} \d+ \w+ · Okonkwo-Fairweather & Blackwood-Smythe Tasting/);
    await cards.first().getByRole('button', { name: 'Throw it away…' }).click();
    await expect.poll(dialog).toMatch(/^Throw 42 deliveries away\?.* This cannot be taken back as a whole; .*What stays as it is Okonkwo/);
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await commands()).toEqual([]);
    await cards.first().getByRole('button', { name: 'Let it through…' }).click();
    // What would come of it is shown before it can be said.
    await expect.poll(dialog).toMatch(/^Let 42 deliveries through\?.* This cannot be taken back: .* would change/);
    expect(await axe()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Let all of it through' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await commands()).map(({ type, reviewId }) => `${type} ${reviewId}`)).toEqual([`review.release ${fixtureId(7, 10)}`]);
    await expect.poll(() => cards.count()).toBe(3);
  });

  it('a parked fact is given its wedding by keyboard, out of those that something speaks for', async () => {
    await open('#/integrations');
    const card = page.locator('.review-card[data-kind="parked"]');
    await card.getByRole('button', { name: 'Choose its wedding' }).focus();
    await page.keyboard.press('Enter');
    const radios = card.getByRole('radio');
    await expect.poll(async () => plain(await card.locator('.assign-row').first().innerText())).toMatch(/^Okonkwo-Fairweather & Blackwood-Smythe \w{3} \d+ \w+ \d{4} · the same name$/);
    expect(plain(await card.innerText())).toContain('£500.00 · Okonkwo-Fairweather, Amelia');
    expect(await card.getByRole('button', { name: 'It belongs to this one' }).isDisabled()).toBe(true);
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await expect.poll(() => radios.first().isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await commands()).map(({ type, reviewId }) => `${type} ${reviewId}`)).toEqual([`review.assign ${fixtureId(7, 1)}`]);
    await expect.poll(() => card.count()).toBe(0);
  });

  it('a parked fact can be of another wedding, or of none once that is confirmed', async () => {
    await open(`#/deliveries/delivery/${fixtureId(9, 1)}`);
    const details = page.locator('.inspector .assign');
    await details.getByRole('radio', { name: 'Another wedding' }).check();
    await details.getByRole('combobox', { name: 'Wedding' }).fill('papad');
    await page.keyboard.press('Enter');
    await expect.poll(() => details.getByRole('combobox', { name: 'Wedding' }).getAttribute('aria-expanded')).toBe('false');
    await expect.poll(async () => plain(await details.getByRole('button', { name: /^It belongs to .*Papadopoulos/ }).innerText())).toBe('It belongs to Papadopoulos & Ní Dhomhnaill');
    expect(await axe()).toEqual([]);
    await details.getByRole('button', { name: 'It belongs to none' }).click();
    expect(await commands()).toEqual([]);
    await expect.poll(() => details.innerText()).toContain('without a wedding');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await commands()).map(({ type, reviewId }) => `${type} ${reviewId}`)).toEqual([`review.discard ${fixtureId(7, 1)}`]);
    await expect.poll(() => details.count()).toBe(0);
  });

  it('a card that needs nothing is put away, alone or with others, once that is confirmed; never a lot that is held', async () => {
    await open('#/integrations');
    const cards = page.locator('.review-card');
    await expect.poll(() => cards.count()).toBe(4);
    expect(await page.locator('.review-card[data-kind="held"]').getByRole('button', { name: 'Needs nothing…' }).count()).toBe(0);
    const unusable = page.locator('.review-card[data-kind="quarantined"]');
    await unusable.getByRole('button', { name: 'Needs nothing…' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(async () => plain(await unusable.innerText())).toContain('Nobody is asked about it again.');
    expect(await axe()).toEqual([]);
    expect(await commands()).toEqual([]);
    await unusable.getByRole('button', { name: 'Not yet' }).click();
    await page.getByRole('button', { name: 'Choose all 3' }).click();
    await unusable.getByRole('checkbox').click();
    await expect.poll(async () => plain(await page.locator('.review-several').innerText())).toContain('2 chosen');
    await page.locator('.review-several').getByRole('button', { name: 'They need nothing…' }).click();
    await expect.poll(async () => plain(await page.locator('.review-several').innerText())).toContain('Nobody is asked about these 2 again.');
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Enter');
    const said = async () => (await commands()).map(({ type, reviewId }) => `${type} ${reviewId}`).sort();
    await expect.poll(said).toEqual([`review.discard ${fixtureId(7, 1)}`, `review.discard ${fixtureId(7, 11)}`].sort());
    await expect.poll(() => cards.count()).toBe(2);
    await unusable.getByRole('button', { name: 'Needs nothing…' }).click();
    await unusable.getByRole('button', { name: 'It needs nothing' }).click();
    await expect.poll(said).toContain(`review.discard ${fixtureId(7, 12)}`);
    await expect.poll(() => cards.count()).toBe(1);
  });

  it('what could not be used is put away from its own page too', async () => {
    await open(`#/deliveries/delivery/${fixtureId(9, 4)}`);
    const details = page.locator('.inspector .details');
    await details.getByRole('button', { name: 'Needs nothing…' }).click();
    await details.getByRole('button', { name: 'It needs nothing' }).click();
    await expect.poll(async () => (await commands()).map(({ type, reviewId }) => `${type} ${reviewId}`)).toEqual([`review.discard ${fixtureId(7, 11)}`]);
    await expect.poll(() => details.getByRole('button', { name: 'Needs nothing…' }).count()).toBe(0);
  });

  it('is counted in tiles that lead to the list', async () => {
    await open('#/integrations');
    const tiles = async (): Promise<string[]> => (await page.locator('.delivery-tiles .tile-main').allInnerTexts()).map(plain);
    await expect.poll(tiles).toEqual([expect.stringMatching(/^Given up 1 the oldest for \d+ min/), expect.stringMatching(/^Held back 42 the oldest for \d+ min/), expect.stringMatching(/^To be sorted out 2 the oldest for \d+ min/), expect.stringMatching(/^Waiting to be tried again 1 the oldest for 1 h 0\d/)]);
    await page.locator('.delivery-tiles a').first().click();
    await expect.poll(hash).toBe('#/deliveries/state/dead');
  });

  it('a test event tells when it has gone the whole way', async () => {
    await open(`#/integrations/${STRIPE}`);
    await page.getByRole('button', { name: 'Send a test event' }).click();
    await expect.poll(inspector).toContain('The test event has gone the whole way. It changed nothing.');
  });
});
