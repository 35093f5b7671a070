import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { serveHarness } from './serve.ts';
import { PROMISED, violationsOn } from '../axe.ts';
import { launchBrowser } from '../browser.ts';

/**
 * Photographs the console's scenes and runs axe on each:
 *   node tests/support/consoleHarness/photograph.ts FOLDER [NAME-PART]
 */
const A = '018f0000-0000-7001-8000-000000000001';
const alertPath = '018f0000-0000-7006-8000-000000000001';
const SHOTS: readonly { readonly name: string; readonly query: string; readonly hash: string; readonly keys?: string; readonly click?: string; readonly scroll?: string }[] = [
  { name: 'day', query: 'scene=day', hash: '#/day' },
  { name: 'wedding', query: 'scene=day', hash: `#/wedding/${A}` },
  { name: 'inspector', query: 'scene=day', hash: `#/wedding/${A}/alert/${alertPath}` },
  { name: 'about', query: 'scene=day', hash: `#/wedding/${A}/about/${A}` },
  { name: 'messages', query: 'scene=day', hash: '#/messages' },
  { name: 'message', query: 'scene=day', hash: '#/messages/message/018f0000-0000-7010-8000-000000000001' },
  { name: 'message_failed', query: 'scene=day', hash: '#/messages/email/message/018f0000-0000-7010-8000-000000000004' },
  { name: 'messages_none', query: 'scene=empty', hash: '#/messages' },
  { name: 'document', query: 'scene=day', hash: `#/wedding/${A}/document/018f0000-0000-7011-8000-000000000001` },
  { name: 'entry', query: 'scene=day', hash: '#/day/entry/018f0000-0000-7012-8000-000000000003' },
  { name: 'weather', query: 'scene=day', hash: `#/wedding/${A}/weather/018f0000-0000-7013-8000-000000000001` },
  { name: 'offline', query: 'scene=offline', hash: '#/day' },
  { name: 'stripe', query: 'scene=stripe_failing', hash: '#/day' },
  { name: 'quiet', query: 'scene=quiet', hash: `#/wedding/${A}` },
  { name: 'empty', query: 'scene=empty', hash: '#/day' },
  { name: 'lost', query: 'scene=lost', hash: '#/day' },
  { name: 'banner', query: 'scene=banner', hash: '#/day' },
  { name: 'timeline', query: 'scene=timeline', hash: '#/conflicts/018f0000-0000-7016-8000-000000000001' },
  { name: 'calendars', query: 'scene=calendars', hash: '#/integrations/018f0000-0000-7008-8000-00000000000b' },
  { name: 'calendars_failed', query: 'scene=calendars', hash: '#/integrations/018f0000-0000-7008-8000-00000000000c' },
  { name: 'calendars_kept', query: 'scene=calendars', hash: '#/integrations/018f0000-0000-7008-8000-00000000000d', scroll: '.calendars' },
  { name: 'calendar_form', query: 'scene=calendars', hash: '#/integrations/018f0000-0000-7008-8000-00000000000b', click: '.calendar-row .button' },
  { name: 'calendars_written', query: 'scene=calendars', hash: '#/day/about/018f0000-0000-7015-8000-000000000001', scroll: '.pushes' },
  { name: 'calendars_answered', query: 'scene=calendars', hash: '#/day/booking/018f0000-0000-7015-8000-000000000014', scroll: '.pushes' },
  { name: 'calendars_timeline', query: 'scene=calendars', hash: '#/conflicts/taking/018f0000-0000-7015-8000-000000000014' },
  { name: 'differences', query: 'scene=calendars', hash: '#/conflicts', click: '.differences .row-main >> nth=2', scroll: '.differences' },
  { name: 'left_behind', query: 'scene=left_behind', hash: '#/conflicts/018f0000-0000-7006-8000-00000000038e' },
  { name: 'calendars_unread', query: 'scene=left_behind', hash: '#/integrations/018f0000-0000-7008-8000-00000000000c' },
  { name: 'integrations', query: 'scene=day', hash: '#/integrations/018f0000-0000-7008-8000-000000000001' },
  { name: 'deliveries', query: 'scene=stuck', hash: '#/deliveries' },
  { name: 'deliveries_narrow', query: 'scene=stuck', hash: '#/deliveries/connection/018f0000-0000-7008-8000-000000000001/state/parked-quarantined-dead/from/20261101t000000z' },
  { name: 'deliveries_none', query: 'scene=empty', hash: '#/deliveries' },
  { name: 'deliveries_away', query: 'scene=offline', hash: '#/deliveries' },
  { name: 'delivery', query: 'scene=stuck', hash: '#/deliveries/delivery/018f0000-0000-7009-8000-000000000000' },
  { name: 'delivery_dead', query: 'scene=stuck', hash: '#/deliveries/state/dead/delivery/018f0000-0000-7009-8000-000000000004' },
  { name: 'replay', query: 'scene=stuck', hash: '#/deliveries/delivery/018f0000-0000-7009-8000-000000000001', click: '.inspector .button-main' },
  { name: 'review', query: 'scene=stuck', hash: '#/integrations' },
  { name: 'review_sure', query: 'scene=stuck', hash: '#/integrations', click: '.review-card .button:nth-of-type(2)' },
  { name: 'attempts', query: 'scene=stuck', hash: '#/deliveries/code/006e006f0072006d0061006c006900730065002e007200650072006500610064005f006600610069006c00650064/status/503' },
  { name: 'figures', query: 'scene=day', hash: '#/integrations', scroll: '.figures-all' },
  { name: 'connection', query: 'scene=day', hash: '#/integrations/018f0000-0000-7008-8000-000000000002' },
  { name: 'conflicts', query: 'scene=clashing', hash: '#/conflicts' },
  { name: 'conflict', query: 'scene=clashing', hash: '#/conflicts/018f0000-0000-7016-8000-000000000001' },
  { name: 'catalogue', query: 'scene=day', hash: '#/connect' },
  { name: 'connect_way', query: 'scene=day', hash: '#/connect/studio-ninja' },
  { name: 'connect_details', query: 'scene=day', hash: '#/connect/honeybook' },
  { name: 'settings', query: 'scene=day', hash: '#/settings' },
  { name: 'people', query: 'scene=day', hash: '#/people' },
  { name: 'people_none', query: 'scene=quiet', hash: '#/people' },
  { name: 'approve', query: 'scene=day', hash: '#/pair/wxkd7pqr' },
  { name: 'approve_code', query: 'scene=day', hash: '#/pair' },
  { name: 'not_let_in', query: 'scene=not_let_in&home=desktop', hash: '#/day' },
  { name: 'unpaired', query: 'scene=unpaired&home=browser', hash: '#/day' },
  { name: 'palette', query: 'scene=day', hash: '#/day', keys: 'Control+k' },
];
const SIZES = [
  { name: 'desk', width: 1280, height: 800, home: 'desktop' },
  { name: 'phone', width: 390, height: 844, home: 'browser' },
] as const;

const folder = path.resolve(process.argv[2] ?? 'photographs');
const wanted = process.argv[3];
await mkdir(folder, { recursive: true });
const page = await serveHarness();
const browser = await launchBrowser();
let faults = 0;
try {
  for (const size of SIZES) {
    for (const theme of ['light', 'dark'] as const) {
      for (const shot of SHOTS) {
        const name = `${shot.name}-${size.name}-${theme}`;
        if (wanted && !name.includes(wanted)) continue;
        const context = await browser.newContext({ viewport: { width: size.width, height: size.height }, timezoneId: 'Europe/Paris', reducedMotion: 'reduce' });
        const tab = await context.newPage();
        tab.on('console', (message) => {
          if (message.type() !== 'error' && message.type() !== 'warning') return;
          faults += 1;
          console.error(`${name}: ${message.text()}`);
        });
        tab.on('pageerror', (error) => {
          faults += 1;
          console.error(`${name}: ${error.message}`);
        });
        // No server stands behind a played scene; who is signed in is asked of it directly.
        await tab.route('**/api/**', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{}' }));
        await tab.goto(`${page.url}?${shot.query}${shot.query.includes('home=') ? '' : `&home=${size.home}`}&theme=${theme}${shot.hash}`);
        await tab.waitForTimeout(700);
        if (shot.keys) {
          await tab.keyboard.press(shot.keys);
          await tab.waitForTimeout(400);
        }
        if (shot.scroll) await tab.locator(shot.scroll).first().scrollIntoViewIfNeeded();
        if (shot.click) {
          await tab.locator(shot.click).first().click();
          await tab.waitForTimeout(400);
        }
        await tab.screenshot({ path: path.join(folder, `${name}.png`) });
        for (const { id, impact, help, nodes } of await violationsOn(tab, PROMISED)) {
          faults += 1;
          console.error(`${name}: axe ${id} (${impact ?? ''}): ${help}\n    ${nodes.slice(0, 3).map((node) => `${node.target}: ${node.message}`).join('\n    ')}`);
        }
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  await page.close();
}
console.log(`${faults} faults; photographs in ${folder}`);
process.exitCode = faults > 0 ? 1 : 0;
