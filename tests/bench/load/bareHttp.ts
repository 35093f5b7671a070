import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The floor under any intake on Node, as a process of its own: reads the body, compares Stripe's signature, answers. No
 * framework, no limits, nothing is looked up, parsed or stored. Argument: the signing secret. Tells its parent the address.
 */
const [signingSecret = ''] = process.argv.slice(2);
const ANSWER = JSON.stringify({ status: 'accepted', deliveryId: '00000000-0000-7000-8000-000000000000' });

function proven(header: string | undefined, body: Buffer): boolean {
  const [time = '', signature = ''] = (header ?? '').split(',');
  const expected = createHmac('sha256', signingSecret).update(`${time.slice(2)}.`).update(body).digest();
  const given = Buffer.from(signature.slice(3), 'hex');
  return given.length === expected.length && timingSafeEqual(expected, given);
}

const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const ok = proven(request.headers['stripe-signature'] as string | undefined, Buffer.concat(parts));
    response.writeHead(ok ? 200 : 401, { 'content-type': 'application/json', 'content-length': ANSWER.length }).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
process.on('disconnect', () => process.exit(0));
