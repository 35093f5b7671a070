import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** VSCO Workspace as far as it is looked at and read again. Each answer takes its time, so that a kill meets one on its way. */

const PAGE = 4;
const SLOW_MS = 60;
const KEY = 'chaos-studio-key';

export interface Studio {
  readonly host: string;
  /** What a connection needs to call it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Payments that only its list tells of, and what they come to. */
  readonly payments: ReadonlyMap<string, number>;
  happen(count: number): void;
  /** Of the list of payments. */
  pagesAsked(): number;
  objectsAsked(): number;
  close(): void;
}

/** @param port - 0 takes a free one */
export async function startStudio(run: string, port = 0): Promise<Studio> {
  const payments = new Map<string, number>();
  const listed: { id: string; modified: string }[] = [];
  let pages = 0;
  let objects = 0;

  function answer(url: URL): unknown {
    const [, collection = '', id] = url.pathname.replace('/api/v2', '').split('/');
    if (collection === 'studio') return { id: 'studio', name: 'Chaos Studio', currencyCode: 'GBP' };
    if (id === undefined) {
      if (collection === 'payment') pages += 1;
      const page = Number(url.searchParams.get('page'));
      // Newest first, as it is asked for.
      const items = collection === 'payment' ? listed.toReversed().slice((page - 1) * PAGE, page * PAGE) : [];
      return { meta: { totalPages: Math.max(1, collection === 'payment' ? Math.ceil(listed.length / PAGE) : 1) }, items };
    }
    objects += 1;
    if (collection === 'address-book') return { id, kind: 'person', name: `Person ${id}`, modified: '2026-11-20T11:00:00.000Z' };
    const amount = payments.get(id);
    const modified = listed.find((one) => one.id === id)?.modified;
    return amount === undefined ? null : { id, jobId: null, payerId: null, status: 'posted', amount, refundedAmount: 0, memo: 'Listed', received: null, modified };
  }

  const server = createServer((request, response) => {
    request.resume();
    void sleep(SLOW_MS).then(() => {
      const body = answer(new URL(request.url ?? '/', 'http://studio'));
      response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    settings: { baseUrl: `http://${host}/api/v2` },
    secrets: { apiKey: KEY },
    payments,
    happen(count) {
      for (let n = 0; n < count; n += 1) {
        const index = listed.length;
        payments.set(`listed-${run}-${index}`, 50 + index);
        // What a finished look has passed over is older than the next one goes back: it would never come.
        listed.push({ id: `listed-${run}-${index}`, modified: new Date(Date.now() - 86_400_000 + index * 1_000).toISOString() });
      }
    },
    pagesAsked: () => pages,
    objectsAsked: () => objects,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
