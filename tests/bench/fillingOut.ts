import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import { percentile, tableOf } from './figures.ts';
import { makeVenue } from './load/calendarVenue.ts';
import { machineNow } from './load/clock.ts';
import { openConsole } from './load/console.ts';
import { floorOf } from './load/floor.ts';
import { INSPECTABLE, memoryOf } from './load/heap.ts';
import { conditions, startOn, type At, type Home } from './load/homes.ts';
import type { Stand } from './load/stand.ts';
import { calendarAt } from './load/standCalendars.ts';
import { between, threadsOf } from './load/threads.ts';
import { beside } from './recorded.ts';

const LIMIT_MS = 480_000;

/** A part of the first sync: what is booked here is written into a calendar that was just chosen, and its progress is told. */
export async function run(home: Home, stand: Stand, entries: number): Promise<void> {
  // Another one for each home: what stands in it stays.
  const name = `google/${home.kind === 'embedded' ? 0 : 1}`;
  const at: At = { dataDir: join(home.folder, 'out'), databaseUrl: await home.newDatabase() };
  const venue = await makeVenue({ ...at, calendars: [calendarAt(stand, name, 'outbound')], allocations: entries, consoles: 1 });
  const server = await startOn(at, [stand.port], INSPECTABLE);
  try {
    const told: Calendar['filling'][] = [];
    let [toldAt, longestMs] = [machineNow(), 0];
    const socket = await openConsole(server.url, venue.tokens[0] ?? '', {
      events(events, heard) {
        const fillings = events.flatMap(({ collection, row }) => (collection === 'calendars' ? [row.filling] : []));
        if (fillings.length === 0) return;
        told.push(...fillings);
        longestMs = Math.max(longestMs, heard.at - toldAt);
        toldAt = heard.at;
      },
    });
    const own = async () => (await stand.wrote(0)).filter(({ calendar }) => calendar === name);
    const [before, usedBefore] = [await memoryOf(server), threadsOf(server.pid)];
    const until = machineNow() + LIMIT_MS;
    while (((await own()).length < entries || told.at(-1)?.state !== 'idle') && machineNow() < until) await sleep(100);
    const [after, used] = [await memoryOf(server), between(usedBefore, threadsOf(server.pid))];
    socket.disconnect();
    const wrote = await own();
    const times = wrote.map((one) => one.at);
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    const perSecond = (wrote.length - 1) / seconds;
    const perSecondBare = 1_000 / percentile(await floorOf(`${stand.url}/${name}`, 200), 50);
    const double = wrote.length - new Set(wrote.map(({ n }) => n)).size;
    const each = (ms: number): string => ((ms * 1_000) / wrote.length).toFixed(0);
    console.log(`\nFilling a calendar with ${entries} entries, ${home.name}. ${conditions()}`);
    console.log(tableOf([{
      'written out': 'Google Calendar', entries: String(wrote.length), seconds, 'entries/s': perSecond.toFixed(0), 'bare calls/s': perSecondBare.toFixed(0),
      'of bare': `${((100 * perSecond) / perSecondBare).toFixed(1)} %`, 'main us each': each(used.main), 'database us': each(used.database), 'beside us': each(used.beside),
      'times told': String(told.length), 'longest silence ms': longestMs.toFixed(0), 'resident MiB': `${before.residentMiB.toFixed(0)} -> ${after.residentMiB.toFixed(0)}`,
      'needed MiB': `${before.neededMiB.toFixed(0)} -> ${after.neededMiB.toFixed(0)}`, double: String(double),
    }]));
    beside('firstSync', [{ name: `${home.kind}: written out, entries a second to bare calls`, value: perSecond / perSecondBare, better: 'more' }]);
    const last = told.at(-1);
    if (wrote.length - double !== entries || double > 0) throw new Error(`of ${entries} entries ${wrote.length} were written, ${double} of them twice`);
    if (last?.state !== 'idle' || last.done !== entries || last.total !== entries) throw new Error(`the end of the filling was told as ${JSON.stringify(last)}`);
  } finally {
    await server.stop();
  }
}
