import { launchBrowser } from '../support/browser.ts';
import { serveHarness } from '../support/consoleHarness/serve.ts';
import { machine, percentile, table } from './figures.ts';
import { beside, type Figure } from './recorded.ts';

/** Scrolling the timeline of 200 resources with 2,000 events both ways in a real browser: every frame is counted. */

/** Of a display of 60 Hz. */
const FRAME_MS = 1_000 / 60;
const LATE_MS = FRAME_MS * 1.5;

export async function run(short: boolean): Promise<void> {
  const frames = short ? 60 : 600;
  const drawnMost: Figure[] = [];
  const harness = await serveHarness();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    const rows: string[][] = [];
    for (const scale of ['day', 'week', 'month']) {
      await page.goto(`${harness.url}?scene=timeline_many#/conflicts/scale/${scale}`);
      await page.locator('.tl-bar').first().waitFor();
      for (const way of ['down', 'across'] as const) {
        const { gaps, bars, most } = await page.evaluate(
          async ([count, direction]) => {
            const element = document.querySelector<HTMLElement>('.tl-scroll');
            if (!element) throw new Error('the timeline is not there');
            const found: number[] = [];
            let drawn = 0;
            let sign = 1;
            let last = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
            for (let n = 0; n < count; n += 1) {
              const [before, step] = direction === 'down' ? [element.scrollTop, [0, 24 * sign] as const] : [element.scrollLeft, [40 * sign, 0] as const];
              element.scrollBy(step[0], step[1]);
              const at = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
              found.push(at - last);
              last = at;
              drawn = Math.max(drawn, document.querySelectorAll('.tl-bar').length);
              if ((direction === 'down' ? element.scrollTop : element.scrollLeft) === before) sign = -sign;
            }
            return { gaps: found.slice(1), bars: drawn, most: element.querySelectorAll('.tl-row').length };
          },
          [frames, way] as const,
        );
        gaps.sort((a, b) => a - b);
        const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
        rows.push([`${scale}, ${way}`, `${(1_000 / mean).toFixed(1)}`, `${percentile(gaps, 50).toFixed(1)} ms`, `${percentile(gaps, 99).toFixed(1)} ms`, `${gaps.filter((gap) => gap > LATE_MS).length} of ${gaps.length}`, `${most} rows, ${bars} bars`]);
        drawnMost.push({ name: `${scale}, ${way}: bars drawn at once, at most`, value: bars, better: 'less', within: 0.1 });
        if (bars === 0) throw new Error('nothing was drawn while scrolling');
      }
    }
    console.log(`\nTimeline: 200 resources, 2,000 events, 1920x1080, Chromium without a graphics card (${machine()})`);
    console.log(table(['scrolling', 'frames/s', 'p50', 'p99', 'late frames', 'most drawn at once'], rows));
    beside('timeline', drawnMost);
  } finally {
    await browser.close();
    await harness.close();
  }
}
