import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { ok } from '../../core/contract/result.ts';
import type { Log, Secrets } from '../../core/ports/ports.ts';
import { apiClient, bearer } from '../../core/vendors/apiClient.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import type { Normalised, VendorModule } from '../../core/vendors/vendor.ts';
import { startKept } from '../../main/desktopKept.ts';
import { createApi, type Api } from '../../main/services/api.ts';
import type { Keeping } from '../../main/services/kept/connecting.ts';
import { entry } from './scriptedVendor.ts';

/** What a desktop with keys needs around it: a vendor behind a key, a keychain, and the desktop's own program without its windows. */

export const KEY = 'kept-key-0123456789abcdef';

const Items = z.object({ items: z.array(z.string()), next: z.string() });
const Item = z.object({ id: z.string(), title: z.string() });

/** A system whose calls need a key and whose webhooks are signed with another secret. What a webhook means stands in its body. */
export function keyedVendor(): VendorModule {
  const stripe = vendorModule('stripe');
  if (!stripe?.webhook) throw new Error('no stripe');
  const client = (...args: Parameters<NonNullable<VendorModule['test']>>) => apiClient({ who: 'Keyed', baseUrl: 'https://api.keyed.example', headers: (access) => bearer(access, 'apiKey') }, ...args);
  const understood = ({ bodyText }: { readonly bodyText: string }) => ok(JSON.parse(bodyText) as Normalised);
  return {
    manifest: {
      ...stripe.manifest, id: 'keyed', name: 'Keyed', guides: [{ path: 'native', brings: 'Facts.', steps: ['Paste the key.'] }],
      capabilities: { ...stripe.manifest.capabilities, reread: true },
      fields: [
        { key: 'apiKey', label: 'API key', help: '', sensitive: true, required: true },
        { key: 'signingSecret', label: 'Signing secret', help: '', sensitive: true, required: false, proves: 'only' },
        { key: 'baseUrl', label: 'API address', help: '', sensitive: false, required: false, input: 'url' },
        { key: 'zone', label: 'Zone', help: '', sensitive: false, required: false, input: 'zone' },
      ],
    },
    webhook: { ...stripe.webhook, normalise: understood },
    poll: {
      everySeconds: 300,
      normalise: understood,
      async read(cursor, access, ports) {
        const page = await client(access, ports).read(`/items?after=${cursor ?? ''}`, 'the items', Items);
        if (!page.ok) return page;
        const items = page.value.items.map((id) => ({ key: id, event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [entry(id)] }) }));
        return ok({ items, cursor: page.value.next, more: false });
      },
    },
    async reread({ remoteId }, access, ports) {
      const item = await client(access, ports).read(`/items/${encodeURIComponent(remoteId)}`, 'the item', Item);
      return item.ok ? ok([entry(item.value.id, { title: item.value.title })]) : item;
    },
    async test(access, ports) {
      const me = await client(access, ports).read('/me', 'the account', z.object({ name: z.string() }));
      return me.ok ? ok({ account: me.value.name, details: [] }) : me;
    },
  };
}

/** The vendor's own server. */
export interface KeyedHost {
  readonly url: string;
  /** `host:port`. */
  readonly host: string;
  /** Paths that were asked with the right key. */
  readonly calls: string[];
  /** The next ones are told with the next look. */
  items: string[];
  /** Answers nothing, until it is taken away; called with each request that hangs. */
  hangs: (() => void) | null;
  status: number;
  /** Repeats the key that it is called with. */
  echoes: boolean;
  /** The one that it accepts. */
  key: string;
  close(): Promise<void>;
}

export async function startKeyedHost(): Promise<KeyedHost> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const json = (to: ServerResponse, body: unknown, status = 200) => to.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${host.key}`) return void json(response, { error: 'no such key' }, 401);
    host.calls.push(path);
    if (host.hangs) return void host.hangs();
    if (host.status !== 200) return void json(response, {}, host.status);
    if (path === '/me') return void json(response, { name: 'Fern & Co' });
    const [, id] = /^\/items\/(.+)$/.exec(path) ?? [];
    if (id) return void json(response, { id: decodeURIComponent(id), title: `Read ${decodeURIComponent(id)}${host.echoes ? ` with ${KEY}` : ''}` });
    const after = Number(new URL(path, 'http://x').searchParams.get('after') ?? '') || 0;
    json(response, { items: host.items.slice(after), next: String(host.items.length) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host: KeyedHost = {
    url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, calls: [], items: [], hangs: null, status: 200, echoes: false, key: KEY,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return host;
}

/** A keychain of one machine; it outlives the program. */
export interface Keychain {
  readonly entries: Map<string, string>;
  readonly file: Map<string, unknown>;
  /** Locked: it answers nothing. */
  locked: boolean;
}
export const keychain = (): Keychain => ({ entries: new Map(), file: new Map(), locked: false });

function secretsOf(chain: Keychain): Secrets {
  const open = () => (chain.locked ? Promise.reject(new Error('the keychain is locked')) : Promise.resolve());
  return {
    available: true,
    get: async (name) => open().then(() => chain.entries.get(name) ?? null),
    set: async (name, value) => open().then(() => void chain.entries.set(name, value)),
    delete: async (name) => open().then(() => void chain.entries.delete(name)),
  };
}

export interface DeskProgram {
  readonly keeping: Keeping;
  readonly api: Api;
  readonly keychain: Keychain;
  /** Everything that it has sent to the server. */
  readonly sent: string[];
  /** As when it is killed: nothing more goes out, nothing that comes is heard. */
  kill(): void;
}

export interface DeskProgramOptions {
  readonly url: string;
  readonly token: string;
  readonly vendors: (system: string) => VendorModule | null;
  readonly egressAllow: readonly string[];
  readonly log: Log;
  readonly keychain?: Keychain;
  /** False = it does not listen for turns by itself. */
  readonly listens?: boolean;
}

/** What the desktop runs, without its windows. */
export function startDeskProgram({ url, token, vendors, egressAllow, log, keychain: chain = keychain(), listens = true }: DeskProgramOptions): DeskProgram {
  const dead = new AbortController();
  const sent: string[] = [];
  const api = createApi({
    session: () => (dead.signal.aborted ? null : { server: url, token }),
    onRefused: () => undefined,
    async fetch(to, init) {
      dead.signal.throwIfAborted();
      sent.push(`${to} ${typeof init.body === 'string' ? init.body : ''}`);
      const response = await fetch(to, { ...init, signal: init.signal ? AbortSignal.any([init.signal, dead.signal]) : dead.signal });
      dead.signal.throwIfAborted();
      return response;
    },
  });
  const timers = {
    after(ms: number, callback: () => void) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
  const { keeping, listener } = startKept({
    api, vendors, egressAllow, log, timers, secrets: Promise.resolve(secretsOf(chain)), file: { get: (key) => chain.file.get(key), set: (key, value) => void chain.file.set(key, value) },
    server: () => 'the server', session: () => (listens && !dead.signal.aborted ? { server: url, token } : null), newId: randomUUID, clock: { now: () => Date.now() }, random: { next: () => 0.5 },
  });
  listener.wake();
  return {
    keeping, api, keychain: chain, sent,
    kill() {
      listener.stop();
      dead.abort(new Error('killed'));
    },
  };
}
