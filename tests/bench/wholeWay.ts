import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { EnrolAnswer } from '../../core/contract/http.ts';
import { PROTOCOL_VERSION, STREAM_PATH, StreamFrame } from '../../core/contract/stream.ts';
import { launchDesktop } from '../support/desktopApp.ts';
import { startDesktopSession, until } from '../support/desktopSession.ts';
import { payByStripe } from '../support/facts.ts';
import { startServer } from '../support/runningServer.ts';
import { machine, percentile, table } from './figures.ts';

/** What main wrote about one frame; milliseconds since the epoch, `committedAt` as an instant. */
interface FrameTrace {
  readonly after: number;
  readonly upTo: number;
  readonly committedAt: string;
  readonly receivedAt: number;
  readonly sentAt: number | null;
  readonly paintedAt: number | null;
}
interface Fact {
  readonly sentAt: number;
  readonly acceptedAt: number;
}

const PER_SECOND = 20;

/**
 * Webhook accepted -> pixel changed, in the real window. Facts are sent at a steady rate whatever the answers do; a second
 * client on the stream says which fact became which event and when it was committed; main's trace says the rest.
 */
export async function run(short: boolean): Promise<void> {
  const count = short ? 60 : 600;
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-'));
  const session = await startDesktopSession({ size: '1280x800x24' });
  const server = await startServer({ dataDir: join(folder, 'server'), env: { WEDSYNC_LOG_LEVEL: 'warn' } });
  const desktop = await launchDesktop({ session, userData: join(folder, 'desktop'), server, env: { WEDSYNC_TRACE: '1' } });
  const seqOf = new Map<string, number>();
  try {
    await desktop.window.locator('[data-link="live"]').waitFor();
    const answer = EnrolAnswer.parse(await (await fetch(`${server.url}/api/devices/enrol`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket: await server.newTicket(), device: { name: 'bench', kind: 'tool' } }) })).json());
    const socket = io(server.url, { path: STREAM_PATH, transports: ['websocket'], auth: { protocol: PROTOCOL_VERSION, token: answer.token, client: { app: 'bench', version: '1', kind: 'tool' }, cursor: null } });
    socket.on('frame', (payload: unknown) => {
      for (const event of StreamFrame.parse(payload).events) if (event.deliveryId && event.collection === 'payments') seqOf.set(event.deliveryId, event.seq);
    });
    await new Promise((resolve) => socket.once('snapshot', resolve));

    const card = server.demo();
    const facts = new Map<string, Fact>();
    const sending: Promise<void>[] = [];
    const start = performance.now();
    for (let index = 0; index < count; index += 1) {
      await sleep(Math.max(0, start + (index * 1000) / PER_SECOND - performance.now()));
      const sentAt = Date.now();
      sending.push(
        payByStripe(server.url, card, { amountMinor: 1_000 + index, id: `bench${index}` }).then((sent) => {
          if (sent.outcome !== 'accepted' || sent.deliveryId === null) throw new Error(`fact ${index}: ${sent.outcome} ${sent.code}`);
          facts.set(sent.deliveryId, { sentAt, acceptedAt: Date.now() });
        }),
      );
    }
    await Promise.all(sending);
    await until(() => seqOf.size >= count, 'all facts on the stream', 60_000);
    const last = Math.max(...seqOf.values());
    await until(async () => Number(await desktop.window.locator('[data-seq]').getAttribute('data-seq')) >= last, 'the last fact on the board', 60_000);
    await sleep(500);
    socket.disconnect();
    await desktop.close();

    const frames = readFileSync(join(folder, 'desktop', 'logs', 'trace.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as FrameTrace);
    const hops: Record<string, number[]> = { 'sent -> accepted': [], 'accepted -> committed': [], 'committed -> desktop main': [], 'main -> window': [], 'window -> painted': [], 'committed -> painted': [], 'accepted -> painted': [], 'sent -> painted': [] };
    let missing = 0;
    for (const [deliveryId, fact] of facts) {
      const seq = seqOf.get(deliveryId) ?? -1;
      const frame = frames.find((one) => one.after < seq && seq <= one.upTo);
      if (!frame || frame.sentAt === null || frame.paintedAt === null) {
        missing += 1;
        continue;
      }
      const committedAt = Date.parse(frame.committedAt);
      hops['sent -> accepted']?.push(fact.acceptedAt - fact.sentAt);
      hops['accepted -> committed']?.push(committedAt - fact.acceptedAt);
      hops['committed -> desktop main']?.push(frame.receivedAt - committedAt);
      hops['main -> window']?.push(frame.sentAt - frame.receivedAt);
      hops['window -> painted']?.push(frame.paintedAt - frame.sentAt);
      hops['committed -> painted']?.push(frame.paintedAt - committedAt);
      hops['accepted -> painted']?.push(frame.paintedAt - fact.acceptedAt);
      hops['sent -> painted']?.push(frame.paintedAt - fact.sentAt);
    }
    const whole = hops['sent -> painted']?.reduce((sum, value) => sum + value, 0) ?? 1;
    const parts = new Set(['sent -> accepted', 'accepted -> committed', 'committed -> desktop main', 'main -> window', 'window -> painted']);
    console.log(`\nThe whole way: ${facts.size} facts at ${PER_SECOND}/s, signed by Stripe's library, into the real window. ${machine()}`);
    console.log(table(['milliseconds', 'p50', 'p99', 'max', 'share'], Object.entries(hops).map(([name, values]) => [name, percentile(values, 50), percentile(values, 99), Math.max(...values), parts.has(name) ? `${Math.round((100 * values.reduce((sum, value) => sum + value, 0)) / whole)} %` : ''])));
    console.log(`facts without a painted frame: ${missing} (must be 0). Targets: accepted -> painted p99 < 200, committed -> painted < 100.`);
    if (missing > 0) throw new Error(`${missing} facts were not painted`);
  } finally {
    await desktop.close().catch((error: unknown) => console.error(`the desktop had gone already: ${String(error)}`));
    await server.stop();
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
