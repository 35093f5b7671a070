import { expect, it } from 'vitest';
import { PROMISED, violationsOn } from '../../support/axe.ts';
import { axe, page, usePages } from '../../support/consoleHarness/page.ts';

/** What the tests of pages stand on: each begins with an empty tab, and what axe is asked it answers. */

usePages();

/** Everything that a tab may hold of what was done in it before. */
const held = () =>
  page.evaluate(async () => ({
    kept: localStorage.length + sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookies: document.cookie,
    size: [innerWidth, innerHeight],
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    still: matchMedia('(prefers-reduced-motion: reduce)').matches,
    marked: 'marked' in globalThis,
    answered: (await fetch('/empty')).status,
  }));
const EMPTY = { kept: 0, databases: 0, caches: 0, cookies: '', size: [1280, 800], dark: false, still: true, marked: false, answered: 200 };

it.each(['first', 'second', 'third'])('a tab is empty before the %s test, which leaves as much in it as it can', async (which) => {
  expect(await held()).toEqual(EMPTY);
  expect(page.context().pages()).toHaveLength(1);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'no-preference' });
  await page.context().newPage();
  // Only a new tab is without it: the second test is followed by one.
  if (which === 'second') await page.addInitScript(() => void Object.assign(globalThis, { marked: true }));
  await page.reload();
  await page.route('**/empty', (route) => route.fulfill({ status: 202 }));
  await page.evaluate(async () => {
    localStorage.setItem('a', '1');
    sessionStorage.setItem('b', '2');
    document.cookie = 'c=3; path=/';
    await caches.open('d');
    await new Promise((resolve, reject) => {
      const request = indexedDB.open('e');
      request.onsuccess = resolve;
      request.onerror = reject;
    });
  });
  expect(await held()).toEqual({ kept: 2, databases: 1, caches: 1, cookies: 'c=3', size: [390, 844], dark: true, still: false, marked: which === 'second', answered: 202 });
});

it('axe finds what is wrong, each time it is asked', async () => {
  await page.setContent('<html lang="en"><title>A page</title><main><h1>A page</h1><button></button></main></html>');
  expect(await axe()).toEqual(['button-name button']);
  await page.evaluate(() => document.querySelector('button')?.append('Send'));
  expect(await axe()).toEqual([]);
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
  expect((await violationsOn(page)).map(({ id }) => id)).toEqual(['button-name']);
});

it('a page within a page is not passed over', async () => {
  await page.evaluate(() => document.body.append(document.createElement('iframe')));
  await expect(violationsOn(page, PROMISED)).rejects.toThrow('not looked into');
});
