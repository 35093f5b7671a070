import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createCertificates } from '../../server/certificates.ts';
import { decodeText, nodeHashing, systemClock } from '../../server/ports.ts';

/**
 * The floor under the intake's figures, as a process of its own: proves the same signature over the same raw bytes with
 * the same code, answers 200 and stores nothing. Argument: the signing secret. Tells its parent the address.
 */
const [signingSecret = ''] = process.argv.slice(2);
const webhook = vendorModule('stripe')?.webhook;
if (!webhook) throw new Error('no stripe');
const certificates = createCertificates();
const app = Fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/*', async (request, reply) => {
  const headers = { 'stripe-signature': String(request.headers['stripe-signature']) };
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const access = { connectionId: 'floor', settings: {}, secrets: { signingSecret } };
  const verified = webhook.verify({ method: 'POST', url: request.url, query: {}, rawBody, decode: decodeText, headers, mediaType: 'application/json' }, access, { hashing: nodeHashing, clock: systemClock, certificates });
  return reply.status(verified.ok ? 200 : 401).send({ status: 'accepted', deliveryId: verified.ok ? verified.value.deliveryKey : '' });
});
await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ type: 'ready', url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` });
