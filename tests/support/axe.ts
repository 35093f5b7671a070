import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';

/**
 * What axe finds on a page. It is put into the page once and asked for violations only: by itself it also describes, for every
 * rule that holds, each element that it holds for, which takes longer than the looking.
 */

const own = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'));
/** Nor does it write down the markup of all that it looks at, which nobody reads: a tenth of its time. */
const SOURCE = `${readFileSync(own.resolve('axe-core/axe.min.js'), 'utf8')};axe.configure({ noHtml: true });`;

/** The rules of the promised level (WCAG 2.2 AA), and what axe holds for good practice. */
export const PROMISED = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export interface Violation {
  /** The rule. */
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  /** The places, as selectors, with the first reason of each. */
  readonly nodes: readonly { readonly target: string; readonly message: string }[];
}

interface Found {
  readonly id: string;
  readonly impact?: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly any: readonly { readonly message: string }[] }[];
}
type Axe = { run(context: Document, options: object): Promise<{ readonly violations: readonly Found[] }> };

/** @param tags - axe's own tags of the rules to be tried; left out = all rules that it tries by itself */
export async function violationsOn(page: Page, tags: readonly string[] | null = null): Promise<readonly Violation[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(SOURCE);
  return page.evaluate(async (runOnly) => {
    // It would have to be put into each of them too.
    if (document.querySelector('iframe, frame')) throw new Error('the page has a page within it, which is not looked into');
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], ...(runOnly ? { runOnly: { type: 'tag', values: runOnly } } : {}) });
    return violations.map(({ id, impact = null, help, nodes }) => ({ id, impact, help, nodes: nodes.map(({ target, any }) => ({ target: target.join(' '), message: any[0]?.message ?? '' })) }));
  }, tags);
}
