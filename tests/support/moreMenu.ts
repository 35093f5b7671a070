import type { Page } from 'playwright';

/** What the toolbar of the timeline keeps behind one button. */
export async function chooseMore(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}

/** Nearer, so many times; the menu stays open meanwhile. */
export async function zoomIn(page: Page, times: number): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  for (let n = 0; n < times; n += 1) await page.getByRole('menuitem', { name: 'Zoom in', exact: true }).click();
  await page.keyboard.press('Escape');
}
