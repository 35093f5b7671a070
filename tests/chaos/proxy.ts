import { once } from 'node:events';
import net from 'node:net';

/** What a line does to what passes. All can be changed while lines are open. */
export interface Weather {
  /** Milliseconds that each piece is held back, each way. */
  delayMs: number;
  /** Probability that a new line breaks at once, and that an open one breaks within a second. */
  dropChance: number;
}

export interface Proxy {
  readonly url: string;
  readonly weather: Weather;
  /** Lines broken so far because of `dropChance`. */
  dropped(): number;
  /** Half open: nothing passes on the lines that are open now, and nobody is told. New lines are whole. */
  silence(): number;
  close(): Promise<void>;
}

/** What changes the server's bytes on their way to one client, e.g. by telling a message twice. */
export interface Meddler {
  take(chunk: Buffer): void;
}
export type MakeMeddler = (forward: (chunk: Buffer) => void) => Meddler;

interface Pair {
  readonly client: net.Socket;
  readonly server: net.Socket;
  silent: boolean;
}

/** A TCP relay on loopback in front of `target` (an http address), for faults of the line itself. */
export async function startProxy(target: string, random: () => number, makeMeddler?: MakeMeddler): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const weather: Weather = { delayMs: 0, dropChance: 0 };
  const pairs = new Set<Pair>();
  let dropped = 0;

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };

  const later = (pair: Pair, work: () => void): void => {
    // Equal waits keep their order; a shorter one must not overtake, so the wait only changes between faults.
    if (weather.delayMs > 0) setTimeout(() => pairs.has(pair) && work(), weather.delayMs);
    else work();
  };

  const listener = net.createServer({ noDelay: true }, (client) => {
    const server = net.connect({ host: hostname, port: Number(port), noDelay: true });
    const pair: Pair = { client, server, silent: false };
    pairs.add(pair);
    const toClient = (chunk: Buffer): void => later(pair, () => void (pair.silent || client.write(chunk)));
    const meddler = makeMeddler?.(toClient);
    client.on('data', (chunk: Buffer) => later(pair, () => void (pair.silent || server.write(chunk))));
    server.on('data', (chunk: Buffer) => (meddler ? meddler.take(chunk) : toClient(chunk)));
    for (const [side, other] of [[client, server], [server, client]] as const) {
      // A broken side closes the other; the reason is of no interest to a relay.
      side.on('error', () => side.destroy());
      side.on('close', () => {
        if (pair.silent) return;
        pairs.delete(pair);
        other.destroy();
      });
    }
    if (random() < weather.dropChance) {
      dropped += 1;
      end(pair);
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const second = setInterval(() => {
    for (const pair of [...pairs]) {
      if (pair.silent || random() >= weather.dropChance) continue;
      dropped += 1;
      end(pair);
    }
  }, 1000);

  return {
    url: `http://127.0.0.1:${(listener.address() as net.AddressInfo).port}`,
    weather,
    dropped: () => dropped,
    silence() {
      const open = [...pairs].filter((pair) => !pair.silent);
      for (const pair of open) pair.silent = true;
      return open.length;
    },
    async close() {
      clearInterval(second);
      for (const pair of [...pairs]) end(pair);
      listener.close();
      await once(listener, 'close');
    },
  };
}
