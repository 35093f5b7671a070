import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe, open, page, usePages } from '../../support/consoleHarness/page.ts';
import { PLAYED } from '../../support/consoleHarness/systems.ts';
import { fixtureId, HONEYBOOK } from '../../support/fixtures/record.ts';

/** Choosing, connecting and looking after systems, in a browser with a played server and the real manifests. */

usePages();

const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement?.id ?? null);
const submit = (): Promise<void> => page.locator('.connect-form button[type=submit]').first().click();
const says = (locator: Locator, text: string): Promise<void> => locator.filter({ hasText: text }).first().waitFor();
const CREATED = fixtureId(8, 101);

describe('the catalogue', () => {
  it('is searched, walked and opened by keyboard', async () => {
    await open('#/connect');
    await expect.poll(() => page.locator('.system').count()).toBeGreaterThan(20);
    await page.keyboard.type('honeyb');
    await expect.poll(() => page.locator('.system').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/connect/honeybook');
  });
  it('offers the general bridge where nothing is found', async () => {
    await open('#/connect');
    await page.getByRole('textbox').fill('zzz no such system');
    await page.getByRole('link', { name: 'Connect any system through Zapier or Make' }).click();
    await says(page.locator('h1'), 'Any system');
  });
  it('is not there for those who may not connect', async () => {
    await open('#/connect', 'vendor');
    await expect.poll(() => page.locator('.board').count()).toBe(1);
    expect(await page.locator('.system').count()).toBe(0);
  });
});

describe('connecting', () => {
  it('a bridge: its token is shown once, and the first delivery turns it', async () => {
    await open('#/connect/honeybook');
    await page.getByLabel('Name of this connection').fill('Our planner');
    await submit();
    await page.locator('.connect-finish').waitFor();
    expect(await page.getByRole('textbox', { name: 'Bearer token' }).inputValue()).toContain('nX4v0Tq2');
    expect(await page.locator('.guide').innerText()).toContain('Bearer nX4v0Tq2');
    expect(await page.locator('.connect-state').innerText()).toContain('Waiting for the first delivery');
    await page.evaluate((id) => window.harness?.deliver(id), CREATED);
    await says(page.locator('.connect-state'), 'is connected');
    // Nothing that was typed can be lost any more, so nobody is asked.
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect.poll(() => page.url()).toContain('#/settings');
  });

  it('where nobody outside can call the address, that is said with what to do, and nothing is waited for that cannot come', async () => {
    await open('#/connect/honeybook');
    await page.getByLabel('Name of this connection').fill(PLAYED.indoors);
    await submit();
    await page.locator('.connect-finish').waitFor();
    const told = page.getByRole('region', { name: 'Nobody outside can call this address' });
    await says(told, 'WEDSYNC_PUBLIC_URL');
    await says(told, 'Until then nothing arrives from');
    expect(await page.locator('.connect-state').innerText()).toContain('cannot deliver anything here yet');
    expect(await axe()).toEqual([]);
    await page.getByRole('link', { name: 'Open the connection' }).click();
    await says(page.locator('.inspector'), 'Nobody outside can call this address');
  });

  it('what is looked at comes all the same', async () => {
    await open('#/connect/vsco-workspace');
    await page.getByRole('button', { name: 'I have it, go on' }).click();
    await page.getByLabel('Name of this connection').fill(PLAYED.indoors);
    for (const field of await page.locator('.connect-form input[type=password]').all()) await field.fill('right');
    await submit();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.locator('.connect-finish').waitFor();
    await says(page.getByRole('region', { name: 'Nobody outside can call this address' }), 'and what a look finds comes in all the same');
    expect(await page.locator('.connect-state').innerText()).toMatch(/looked at every \d+ minutes/);
  });

  it('what was typed stays when a key is refused, they are away, or the line is', async () => {
    await open('#/connect/event-temple');
    await page.getByRole('button', { name: 'I have it, go on' }).click();
    await page.locator('#connect-organizationId').fill('org-7');
    await submit();
    await expect.poll(focused).toBe('connect-apiKey');
    expect(await page.locator('#connect-apiKey').getAttribute('aria-invalid')).toBe('true');
    const key = page.locator('#connect-apiKey');
    await key.fill(PLAYED.refused);
    await submit();
    await says(page.getByRole('alert'), 'the key is not known');
    await page.getByRole('button', { name: 'Change what was entered' }).click();
    await expect.poll(() => key.inputValue()).toBe(PLAYED.refused);
    await key.fill(PLAYED.unreachable);
    await submit();
    await says(page.getByRole('alert'), 'cannot be reached');
    await page.getByRole('button', { name: 'Change what was entered' }).click();
    await expect.poll(() => page.locator('#connect-organizationId').inputValue()).toBe('org-7');
    await key.fill(PLAYED.away);
    await submit();
    await page.getByRole('button', { name: 'Connect without trying' }).click();
    await page.locator('.connect-finish').waitFor();
  });

  it('what does not come over is told before anything is entered, and no longer once it is connected', async () => {
    await open('#/connect/honeybook');
    const missing = page.getByRole('region', { name: 'What does not come over' });
    await says(missing, 'Refunds and cancellations');
    await page.getByLabel('Name of this connection').fill('Our planner');
    await submit();
    await page.locator('.connect-finish').waitFor();
    expect(await missing.count()).toBe(0);
  });

  it('what was found is shown before it is connected', async () => {
    await open('#/connect/event-temple');
    await page.getByRole('button', { name: 'I have it, go on' }).click();
    await page.locator('#connect-organizationId').fill('org-7');
    await page.locator('#connect-apiKey').fill('right');
    await submit();
    await says(page.locator('.connect-good'), 'Harrow House Weddings');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.locator('.connect-finish').waitFor();
  });

  it('secrets that are told only for an address are asked for after it', async () => {
    await open('#/connect/square');
    await page.getByRole('button', { name: 'I have it, go on' }).click();
    await page.locator('#connect-accessToken').fill('a-token');
    await submit();
    await page.locator('.connect-finish').waitFor();
    expect(await page.locator('.connect-state').innerText()).toContain('Nearly done');
    await submit();
    const first = page.locator('.connect-finish input[type=password]').first();
    await expect.poll(focused).toBe(await first.getAttribute('id'));
    for (const secret of await page.locator('.connect-finish input[type=password]').all()) await secret.fill('a-secret');
    await submit();
    await says(page.locator('.connect-good'), 'Harrow House Weddings');
    expect(await page.locator('.connect-finish input[type=password]').count()).toBe(0);
  });

  it('leave is given over there, and here it is waited for', async () => {
    await open('#/connect/google-calendar');
    await page.getByRole('button', { name: 'I have it, go on' }).click();
    await page.locator('#connect-clientId').fill('client-7');
    await page.locator('#connect-clientSecret').fill('a-secret');
    await submit();
    await says(page.locator('.connect-state'), 'asks for your leave');
    await page.getByRole('button', { name: 'Give leave in your browser' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Give leave in your browser' }).click();
    await says(page.locator('.connect-good'), 'Leave was given');
    expect(await page.getByRole('button', { name: 'Give leave in your browser' }).count()).toBe(0);
  });

  it('asks before something typed is lost, and stays where it is until told', async () => {
    await open('#/connect/honeybook');
    await page.getByLabel('Name of this connection').fill('Our planner');
    await page.getByRole('link', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    expect(page.url()).toContain('#/connect/honeybook');
    expect(await page.getByLabel('Name of this connection').inputValue()).toBe('Our planner');
    await page.keyboard.press('Alt+1');
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await expect.poll(() => page.url()).toContain('#/day');
    await expect.poll(() => page.locator('.board').count()).toBe(1);
  });
});

describe('a connection', () => {
  it('is paused and resumed with words for what happens meanwhile, and renamed', async () => {
    await open(`#/integrations/${HONEYBOOK}`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByLabel('Why').fill('they tidy up');
    await page.getByRole('button', { name: 'Pause it now' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await page.locator('.inspector-actions').first().innerText()).toContain('is held');
    expect(await page.evaluate(() => window.harness?.commands.at(-1))).toMatchObject({ type: 'connection.pause', reason: 'they tidy up' });
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name of this connection').fill('Planner two');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.inspector h2').innerText()).toBe('Planner two');
  });

  it('a new token is made only when asked twice, and shown', async () => {
    await open(`#/integrations/${HONEYBOOK}`);
    await page.getByRole('button', { name: /^New/ }).click();
    expect(await page.getByRole('textbox', { name: 'Bearer token' }).count()).toBe(0);
    await page.getByRole('button', { name: /Press again/ }).click();
    await expect.poll(() => page.getByRole('textbox', { name: 'Bearer token' }).inputValue()).toBe('a-new-one-for-the-photograph');
  });
});

describe('removing a connection', () => {
  it('says what goes and what stays, asks twice, and the record takes it away', async () => {
    await open(`#/integrations/${HONEYBOOK}`);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    const preview = page.getByRole('group', { name: /^Remove / });
    await preview.waitFor();
    const words = await preview.innerText();
    for (const part of ['deleted from the vault', 'webhook address takes nothing', 'The 42 facts', 'cannot be undone']) expect(words).toContain(part);
    await page.getByRole('button', { name: 'Remove it', exact: true }).click();
    await expect.poll(() => page.locator('.inspector h2').count()).toBe(1);
    await page.getByRole('button', { name: 'Press again: it is removed for good' }).click();
    await expect.poll(() => preview.count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: 'Rename' }).count()).toBe(0);
  });

  it('what is held is named, and thrown away only when that is said', async () => {
    await open(`#/integrations/${HONEYBOOK}`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Pause it now' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    const preview = page.getByRole('group', { name: /^Remove / });
    await says(preview, '4 deliveries are not done with');
    expect(await preview.innerText()).toContain('3 are held');
    expect(await page.getByRole('button', { name: 'Remove it', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Throw them away and remove it' }).click();
    await page.getByRole('button', { name: 'Press again: it is removed for good' }).click();
    await expect.poll(() => preview.count()).toBe(0);
  });
});

describe('bringing a file', () => {
  it('columns are guessed, the order of dates is asked for, and the bad line is told', async () => {
    await open('#/connect/planning-pod');
    await page.locator('.ways .choice', { hasText: 'File' }).click();
    await submit();
    await page.getByRole('link', { name: 'Choose a file' }).click();
    const csv = 'Event ID,Event Name,Client Name,Event Date,Shade\nE-1,Amelia and Jo,Amelia,2026-11-28,Gold\nE-2,Layla,Layla,03/04/2027,Red\nE-3,Broken,Nobody,not a day,Red\n';
    await page.locator('input[type=file]').setInputFiles({ name: 'export.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.locator('.import-check').waitFor();
    expect(await page.getByLabel('What \u2068Event Date\u2069 is').inputValue()).toBe('event_date');
    expect(await page.getByLabel('What \u2068Shade\u2069 is').inputValue()).toBe('');
    expect(await page.getByRole('button', { name: /Take .* in/ }).isDisabled()).toBe(true);
    await page.getByLabel('Dates are written').selectOption('dmy');
    await page.getByRole('button', { name: 'Look again with these changes' }).click();
    await page.getByRole('button', { name: 'Take 2 rows in' }).click();
    await says(page.locator('.import-check'), 'Line 4');
    expect(await page.locator('.import-check').innerText()).toContain('1 taken in. 1 known already. 1 problem.');
  });
});
