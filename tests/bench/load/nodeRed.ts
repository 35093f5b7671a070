import crypto from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Node-RED taking the same webhook, as a process of its own, on loopback: http in -> function that compares the signature
 * -> http response. It keeps nothing: what it has answered is gone with the process. Argument: the signing secret.
 */
interface NodeRed {
  readonly httpNode: http.RequestListener;
  readonly events: { once(name: 'flows:started', listener: () => void): void };
  init(server: http.Server, settings: Readonly<Record<string, unknown>>): void;
  start(): Promise<void>;
}

const [signingSecret = ''] = process.argv.slice(2);
const userDir = mkdtempSync(join(tmpdir(), 'wedsync-bench-node-red-'));
const check = `
const [time = '', signature = ''] = String(msg.req.headers['stripe-signature']).split(',');
const expected = crypto.createHmac('sha256', global.get('signingSecret')).update(time.slice(2) + '.').update(msg.payload).digest();
const given = Buffer.from(signature.slice(3), 'hex');
msg.statusCode = given.length === expected.length && crypto.timingSafeEqual(expected, given) ? 200 : 401;
msg.payload = { status: msg.statusCode === 200 ? 'accepted' : 'refused' };
return msg;`;
const flows = [
  { id: 'flow', type: 'tab', label: 'webhook' },
  { id: 'in', z: 'flow', type: 'http in', url: '/webhook', method: 'post', upload: false, skipBodyParsing: true, wires: [['check']] },
  { id: 'check', z: 'flow', type: 'function', func: `const crypto = global.get('crypto');${check}`, outputs: 1, wires: [['out']] },
  { id: 'out', z: 'flow', type: 'http response', wires: [] },
];
writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));

const RED = createRequire(import.meta.url)('node-red') as NodeRed;
const server = http.createServer();
RED.init(server, {
  userDir,
  flowFile: 'flows.json',
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: '/',
  functionGlobalContext: { crypto, signingSecret },
  logging: { console: { level: 'error', metrics: false, audit: false } },
  telemetry: { enabled: false },
});
RED.events.once('flows:started', () => {
  server.listen(0, '127.0.0.1', () => process.send?.({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
await RED.start();
server.on('request', RED.httpNode);

const end = () => {
  rmSync(userDir, { recursive: true, force: true });
  process.exit(0);
};
process.on('disconnect', end).on('SIGTERM', end);
