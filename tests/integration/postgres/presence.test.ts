import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EnrolAnswer, HTTP } from '../../../core/contract/http.ts';
import { PresenceList } from '../../../core/contract/presence.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { startServer, type RunningServer } from '../../support/runningServer.ts';
import { connect, first, until } from '../../support/serverApp.ts';

/** Two built servers on one PostgreSQL: what one knows of who is here the other one tells, and forgets with it. */

const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];

async function come(server: RunningServer, ticketOf: RunningServer, name: string, view: string) {
  const body = JSON.stringify({ ticket: await ticketOf.newTicket(), device: { name, kind: 'desktop' } });
  const answer = EnrolAnswer.parse(await (await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json());
  const socket = connect(server.url, { token: answer.token ?? '' });
  const lists: PresenceList[] = [];
  socket.on('presence', (list) => lists.push(PresenceList.parse(list)));
  await first(socket, 'snapshot');
  const say = (to = socket) => void to.emit('presence', { page, view, weddingId: null, state: 'here' });
  const page = randomUUID();
  say();
  return { socket, token: answer.token ?? '', say, seen: () => (lists.at(-1)?.entries ?? []).map((entry) => `${entry.device} ${entry.view}`) };
}

it.skipIf(cluster === undefined)('who is here over two processes; a process that is killed takes its people with it in less than fifteen seconds', async () => {
  const database = await ownDatabase(cluster ?? '');
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-presence-'));
  const env = { DATABASE_URL: database.url, WEDSYNC_MASTER_KEY: randomBytes(32).toString('base64') };
  const running: RunningServer[] = [];
  const sockets: { disconnect(): unknown }[] = [];
  try {
    for (const name of ['one', 'two']) running.push(await startServer({ dataDir: join(folder, name), env }));
    const [one, two] = running as [RunningServer, RunningServer];
    const desk = await come(one, one, 'Desk', 'day');
    const tablet = await come(two, one, 'Tablet', 'settings');
    const phone = await come(two, one, 'Phone', 'day');
    sockets.push(desk.socket, tablet.socket, phone.socket);
    const all = ['Desk day', 'Phone day', 'Tablet settings'];
    const from = performance.now();
    for (const each of [desk, tablet, phone]) await until(() => JSON.stringify(each.seen()) === JSON.stringify(all), 'everybody');
    console.log(`known in both processes after ${(performance.now() - from).toFixed(0)} ms`);
    const killed = performance.now();
    await two.kill();
    // One of the two comes back by the process that is left; it never left the list for longer than that takes.
    const back = connect(one.url, { token: tablet.token });
    sockets.push(back);
    await first(back, 'snapshot');
    tablet.say(back);
    await until(() => JSON.stringify(desk.seen()) === JSON.stringify(['Desk day', 'Tablet settings']), 'the dead to be forgotten');
    const seconds = (performance.now() - killed) / 1000;
    console.log(`killed process: its people off the list after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15);
  } finally {
    for (const socket of sockets) socket.disconnect();
    for (const server of running) await server.kill();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
});
