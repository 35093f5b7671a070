import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandAnswer } from '../../../core/contract/commands.ts';
import { HTTP } from '../../../core/contract/http.ts';
import { ConnectAnswer } from '../../../core/contract/systems.ts';
import type { Arena } from '../arena.ts';
import type { Studio } from '../sources.ts';

/** Faults while we ask: the process is gone in the middle of a look, or of reading objects again. */

const LISTED = 40;
const HINTS = 24;
const TRIED_AGAIN = 5;

/** Asked again while nobody is there: every question here may be repeated. */
async function ask(arena: Arena, token: string, method: string, path: string, body: object): Promise<unknown> {
  for (;;) {
    const answer = await fetch(arena.post.url + path, { method, headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(body) }).catch(() => null);
    if (answer?.ok) return answer.json();
    if (answer && answer.status < 500) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await sleep(50);
  }
}

/**
 * Each round: payments appear in a list that nobody tells of, hints come of objects that have to be read, and in the middle
 * of both the process is killed. Then the source is looked at again, and everything has to be there once, on every console.
 */
export async function killWhileAsking(arena: Arena, studio: Studio, rounds: number): Promise<void> {
  const run = randomBytes(4).toString('hex');
  const token = await arena.home.token();
  const { connect, commands } = HTTP;
  const wanted = { system: 'vsco-workspace', path: 'native', name: 'Looked at', settings: studio.settings, secrets: studio.secrets };
  const { connection, setup } = ConnectAnswer.parse(await ask(arena, token, connect.method, connect.path, wanted));
  const connectionId = connection.id;
  const hook = new URL(setup.webhookUrl ?? '').pathname;
  const state = () => arena.consoles[0]?.state?.tables;
  const version = () => state()?.connections[connectionId]?.version ?? 0;
  /** A pause forgets the lease of the look that was cut off; without it the source would be looked at when that is over. */
  const lookAgain = async () => {
    for (const type of ['connection.pause', 'connection.resume'] as const) {
      for (let seen = 1; ; ) {
        await arena.until(() => version() >= seen, 'the connection on a console');
        const command = { type, commandId: randomUUID(), connectionId, basedOnVersion: version(), ...(type === 'connection.pause' ? { reason: null } : {}) };
        const answer = CommandAnswer.parse(await ask(arena, token, commands.method, commands.path, command));
        if (answer.outcome === 'accepted') break;
        // Its first fact has made it healthy meanwhile, say: whoever decides looks again.
        if (answer.outcome === 'rejected' || answer.latest === null) throw new Error(`${type} was answered with ${JSON.stringify(answer)}`);
        seen = answer.latest.row.version;
      }
      await arena.until(() => (state()?.connections[connectionId]?.health === 'paused') === (type === 'connection.pause'), `${type} on a console`);
    }
  };
  const people = new Set<string>();
  const hint = async (id: string): Promise<void> => {
    for (;;) {
      const sent = await fetch(arena.post.url + hook, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ event: 'contact.created', id }) }).catch(() => null);
      if (sent?.ok) return void people.add(id);
      await sleep(50);
    }
  };
  const held = (remoteId: string, collection: 'payments' | 'contacts') => arena.consoles.map((console) => Object.values(console.state?.tables[collection] ?? {}).filter((row) => row.source?.remoteId === remoteId).length);
  const missing = (): string[] => [
    ...[...studio.payments.keys()].filter((id) => held(id, 'payments').some((count) => count !== 1)),
    ...[...people].filter((id) => held(id, 'contacts').some((count) => count !== 1)),
  ];

  let cut = 0;
  // A machine that is quick enough may be done before the kill comes: then it is tried again.
  for (let n = 0; n < rounds || (cut === 0 && n < rounds + TRIED_AGAIN); n += 1) {
    await arena.round(20, async () => {
      studio.happen(LISTED);
      const [asked, read] = [studio.pagesAsked(), studio.objectsAsked()];
      await lookAgain();
      const hints = Promise.all(Array.from({ length: HINTS }, (_none, k) => hint(`${run}-${n}-${k}`)));
      // Some pages of the list are read by then, and some are not.
      const page = asked + 1 + Math.floor(arena.random() * 6);
      await arena.until(() => studio.pagesAsked() >= page && studio.objectsAsked() > read, 'a look and a re-read under way');
      await sleep(arena.random() * 250);
      const before = missing().length;
      const server = await arena.post.server();
      const at = Date.now();
      await server.kill();
      if (before > 0) cut += 1;
      await hints;
      await lookAgain();
      // The log has to stand still before it is compared.
      if (!(await arena.until(() => missing().length === 0, 'everything that was listed or hinted at, once on every console'))) arena.outcome.faults.push(`not so: ${missing().slice(0, 5).join()}`);
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  // As a newcomer sees it, once more after all of it.
  await arena.settle();
  const doubled = [...studio.payments.keys()].filter((id) => held(id, 'payments').some((count) => count > 1));
  arena.outcome.doubled += doubled.length;
  if (cut === 0) arena.outcome.faults.push('every kill came too late: nothing was cut');
  arena.outcome.notes.push(`${studio.payments.size} listed, ${people.size} read again, ${cut} of ${arena.outcome.rounds} kills met one under way`);
}
