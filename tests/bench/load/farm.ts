import { WebSocket } from 'ws';
import { PROTOCOL_VERSION, STREAM_PATH, type StreamFrame } from '../../../core/contract/stream.ts';
import { machineNow } from './clock.ts';
import { dueOf, numberOf, type Beat, type FarmClient, type FarmReport, type FromFarm, type ToFarm } from './messages.ts';

/**
 * Some hundreds of consoles in one process: Socket.IO's words by hand over plain sockets, since here the server is
 * measured and its clients should cost as little as can be. Each follows its position and counts every webhook.
 */

interface Console {
  readonly organisation: number;
  socket: WebSocket;
  seq: number;
  /** How often webhook n of this organisation came, by its turn. */
  times: Uint8Array;
}

let beat: Beat | null = null;
let consoles: Console[] = [];
let gaps = 0;
let dropped = 0;
let closing = false;
const sinceDue: number[] = [];
const sinceCommit: number[] = [];

const say = (message: FromFarm): void => void process.send?.(message);

function hearFrame(one: Console, frame: StreamFrame, at: number, wall: number): void {
  if (frame.after !== one.seq) gaps += 1;
  one.seq = frame.upTo;
  const committed = Date.parse(frame.committedAt);
  for (const event of frame.events) {
    if (event.collection !== 'payments' || beat === null) continue;
    const n = numberOf(event.row.description);
    if (n === null) continue;
    const turn = Math.floor(n / beat.organisations);
    one.times[turn] = (one.times[turn] ?? 0) + 1;
    sinceDue.push(at - dueOf(beat, n));
    sinceCommit.push(Math.max(0, wall - committed));
  }
}

function open(client: FarmClient): Promise<Console> {
  return new Promise((resolve, reject) => {
    const path = client.plain === true ? `/?group=${client.organisation}` : `${STREAM_PATH}/?EIO=4&transport=websocket`;
    const socket = new WebSocket(client.url.replace('http', 'ws') + path, { perMessageDeflate: false });
    const one: Console = { organisation: client.organisation, socket, seq: -1, times: new Uint8Array(0) };
    let ready = false;
    socket.on('message', (data: Buffer) => {
      const at = machineNow();
      const wall = Date.now();
      const text = data.toString();
      if (text === '2') return socket.send('3');
      if (text.startsWith('0')) return socket.send(`40${JSON.stringify({ protocol: PROTOCOL_VERSION, token: client.token, client: { app: 'load', version: '1', kind: 'tool' }, cursor: null })}`);
      if (text.startsWith('42["frame"')) return hearFrame(one, (JSON.parse(text.slice(2)) as [string, StreamFrame])[1], at, wall);
      if (text.startsWith('42["snapshot"')) {
        one.seq = (JSON.parse(text.slice(2)) as [string, { seq: number }])[1].seq;
        ready = true;
        return resolve(one);
      }
      if (text.startsWith('44')) reject(new Error(`refused: ${text}`));
    });
    if (client.plain === true) {
      one.seq = 0;
      socket.on('open', () => {
        ready = true;
        resolve(one);
      });
    }
    socket.on('error', (error) => (ready ? undefined : reject(error)));
    socket.on('close', () => {
      if (!closing) dropped += 1;
    });
  });
}

async function openAll(clients: readonly FarmClient[]): Promise<void> {
  consoles = [];
  // A few at a time, as people come: a thousand handshakes in one instant are another measurement.
  for (let from = 0; from < clients.length; from += 25) consoles.push(...(await Promise.all(clients.slice(from, from + 25).map(open))));
}

function report(): FarmReport {
  let missing = 0;
  let doubled = 0;
  const { count, organisations } = beat ?? { count: 0, organisations: 1 };
  for (const one of consoles) {
    for (let n = one.organisation; n < count; n += organisations) {
      const times = one.times[Math.floor(n / organisations)] ?? 0;
      if (times === 0) missing += 1;
      if (times > 1) doubled += 1;
    }
  }
  return { sinceDue: Float64Array.from(sinceDue), sinceCommit: Float64Array.from(sinceCommit), missing, doubled, gaps, dropped };
}

process.on('message', (message: ToFarm) => {
  switch (message.do) {
    case 'open':
      closing = false;
      openAll(message.clients).then(() => say({ is: 'open' }), (error: unknown) => {
        console.error(error);
        process.exit(1);
      });
      return;
    case 'beat':
      beat = message.beat;
      sinceDue.length = 0;
      sinceCommit.length = 0;
      gaps = 0;
      dropped = 0;
      for (const one of consoles) one.times = new Uint8Array(Math.ceil(message.beat.count / message.beat.organisations) + 1);
      return;
    case 'report':
      return say({ is: 'report', report: report() });
    case 'close':
      closing = true;
      for (const one of consoles) one.socket.terminate();
      consoles = [];
  }
});

// Whoever asked for the load is gone: nobody is left to report to.
process.on('disconnect', () => process.exit(0));
