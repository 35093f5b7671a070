import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROTOCOL_VERSION } from '../../core/contract/stream.ts';
import { rawSocket, text, wsFrame } from './rawSocket.ts';

/**
 * A client that says as much as it can, over the stream and over HTTP, from a process of its own so that its work is
 * not the server's. Arguments: url, token, milliseconds. Tells its parent what became of it.
 */
const [url = '', token = '', span = '0'] = process.argv.slice(2);
const until = performance.now() + Number(span);
const told = { wanted: 0, taken: 0, reasons: {} as Record<string, number>, slowed: 0, http: {} as Record<string, number>, httpClosed: 0, retryAfter: 0 };

const HELLO = text(`40${JSON.stringify({ protocol: PROTOCOL_VERSION, client: { app: 'flooder', version: '1', kind: 'tool' }, cursor: null, token })}`);
const CHUNKS = [Buffer.concat(Array.from({ length: 500 }, () => text('42["x"]'))), Buffer.concat(Array.from({ length: 500 }, () => wsFrame(9, 'ping'))), text(`42["${'x'.repeat(15_000)}"]`), Buffer.concat(Array.from({ length: 200 }, () => text('42["presence",{"view":"day"}]')))];

async function stream(): Promise<void> {
  for (let turn = 0; performance.now() < until; turn += 1) {
    const socket = await rawSocket(url);
    socket.write(HELLO);
    for (let n = 0; n < 50 && !socket.texts.some((one) => /^4[04]/.test(one)) && !socket.gone(); n += 1) await sleep(5);
    const chunk = CHUNKS[turn % CHUNKS.length] ?? Buffer.alloc(0);
    let stopped = 0;
    while (!socket.gone() && performance.now() < until && !socket.texts.some((one) => one.startsWith('44'))) {
      told.wanted += chunk.length;
      if (!socket.tcp.write(chunk)) {
        const before = performance.now();
        // Not taken: the other side does not read, or has closed.
        await Promise.race([new Promise((resolve) => socket.tcp.once('drain', resolve)), new Promise((resolve) => socket.tcp.once('close', resolve)), sleep(1_500)]);
        if (performance.now() - before > 200) stopped += 1;
      }
    }
    told.taken += socket.tcp.bytesWritten;
    told.slowed += stopped;
    await sleep(20);
    for (const one of socket.texts) {
      const reason = /^(?:44|42\["bye")[^]*"reason":"(\w+)"/.exec(one)?.[1];
      if (reason !== undefined) told.reasons[reason] = (told.reasons[reason] ?? 0) + 1;
    }
    socket.tcp.destroy();
  }
}

async function requests(): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (performance.now() < until) {
    await new Promise<void>((resolve) => {
      http.get(`${url}/api/me`, { agent, headers: { authorization: `Bearer ${'x'.repeat(43)}` } }, (answer) => {
        const status = String(answer.statusCode);
        told.http[status] = (told.http[status] ?? 0) + 1;
        if (answer.headers.connection === 'close') told.httpClosed += 1;
        if (answer.headers['retry-after'] !== undefined) told.retryAfter += 1;
        answer.resume();
        answer.on('end', resolve);
      }).on('error', () => resolve());
    });
  }
  agent.destroy();
}

await Promise.all([stream(), requests(), requests(), requests()]);
process.send?.(told);
process.disconnect?.();
