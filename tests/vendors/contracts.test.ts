import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideStep } from '../../renderer/connecting/values.ts';
import { sendVscoHint } from '../../scripts/simulate/send.ts';
import { stripeObject } from '../../scripts/simulate/stripeObjects.ts';
import { startVscoStandIn, type VscoKind, type VscoStandIn } from '../../scripts/simulate/vscoStandIn.ts';
import { STRIPE_EVENTS } from '../../core/vendors/stripe/manifest.ts';
import { manifest as vscoManifest, VSCO_EVENTS } from '../../core/vendors/vsco-workspace/manifest.ts';
import { contractFile as at, haveContracts, openApiContract, readContract as read, withoutBareNullable } from './contractFiles.ts';
import { poll as stripePoll } from '../../core/vendors/stripe/poll.ts';
import { poll as vscoPoll } from '../../core/vendors/vsco-workspace/poll.ts';
import type { HttpRequest } from '../../core/ports/ports.ts';
import { clockAt, fixtures } from './ports.ts';
import { api as stripeApi, charge, dispute, samples as stripeSamples } from './stripe/samples.ts';
import { lists as vscoLists, samples as vscoSamples } from './vsco-workspace/samples.ts';
import { contact, job, jobContact, order, payment, session } from './vsco-workspace/objects.ts';

const vscoFile = at('vsco-workspace', 'workspace-openapi-v2.json');
const stripeFile = at('stripe', 'shapes-23.1.0.json');
const stripeApiFile = at('stripe', 'openapi-2022-04-12.trimmed.json');

/** What a look asks, page by page. */
async function asked(poll: typeof stripePoll, samples: typeof stripeSamples, respond: typeof stripeApi, pages = 4): Promise<HttpRequest[]> {
  const requests: HttpRequest[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page += 1) {
    const answer: Awaited<ReturnType<typeof poll.read>> = await poll.read(cursor, samples.access, { clock: clockAt(samples.nowMs), http: { send: (request) => Promise.resolve(respond(request)).finally(() => requests.push(request)) } });
    if (!answer.ok) throw new Error(answer.error.message);
    ({ cursor } = answer.value);
  }
  return requests;
}

describe.skipIf(!haveContracts(vscoFile))('VSCO Workspace: published contract', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  let standIn: VscoStandIn;

  const validator = (schema: string): ValidateFunction => ajv.compile({ $ref: `vsco#/components/schemas/${schema}` });
  const ask = async (path: string, key = 'key'): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(standIn.url + path, { headers: { 'x-api-key': key } });
    return { status: response.status, body: await response.json() };
  };
  const expectValid = (schema: string, body: unknown): void => {
    const validate = validator(schema);
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  };

  beforeAll(async () => {
    ajv.addSchema({ ...(withoutBareNullable(read(vscoFile)) as object), $id: 'vsco' });
    standIn = await startVscoStandIn({ port: 0, apiKey: 'key' });
  });
  afterAll(() => standIn.close());

  it.each([
    ['job', 'job', 'Job', job],
    ['contact', 'address-book', 'Person', contact],
    ['order', 'order', 'Order', order],
    ['payment', 'payment', 'Payment', payment],
    ['event', 'event', 'Event', session],
    ['job-contact', 'job-contact', 'JobContact', jobContact],
  ] as const)('the stand-in answers a %s in its shape', async (kind: VscoKind, collection, schema, object) => {
    standIn.put(kind, object);
    const answer = await ask(`/${collection}/${object.id}`);
    expect(answer.status).toBe(200);
    expectValid(schema, answer.body);
  });

  it('the stand-in answers lists, the studio and errors in their shapes', async () => {
    expectValid('JobContactCollection', (await ask(`/job-contact?jobId=${job.id}`)).body);
    expectValid('JobOrderCollection', (await ask(`/job/${job.id}/order`)).body);
    expectValid('Studio', (await ask('/studio/me')).body);
    expect(await ask('/job/nothing')).toMatchObject({ status: 404 });
    const refused = await ask('/studio/me', 'wrong');
    expect(refused.status).toBe(401);
    expectValid('Error', refused.body);
    standIn.failNext(429, 1);
    expectValid('Error', (await ask('/studio/me')).body);
  });

  it('is asked for changes as documented', async () => {
    const contract = openApiContract(vscoFile);
    const requests = await asked(vscoPoll, vscoSamples, vscoLists, 5);
    expect(requests.length).toBe(5);
    for (const request of requests) contract.expectAsks(request, '/api/v2');
    expect(() => contract.expectAsks({ method: 'GET', url: 'http://x/api/v2/job?pageSize=1000' }, '/api/v2')).toThrow('pageSize');
    expect(() => contract.expectAsks({ method: 'GET', url: 'http://x/api/v2/job?sortBy=modified%20down' }, '/api/v2')).toThrow('sortBy');
    expect(() => contract.expectAsks({ method: 'GET', url: 'http://x/api/v2/job?since=1' }, '/api/v2')).toThrow('since');
  });

  it('a wrong shape would be noticed', () => {
    expect(validator('Job')({ stage: 'wedding' })).toBe(false);
    expect(validator('Payment')({ jobId: null, amount: 'a lot' })).toBe(false);
  });

  it('calls with the targetId alone, and so do our samples and the simulator', async () => {
    const document = read(vscoFile) as { tags: { name: string; description: string }[] };
    expect(document.tags.find(({ name }) => name === 'Rest Hooks')?.description).toMatch(/only the <code>targetId<\/code> will be provided/);
    for (const { name, body } of fixtures('vsco-workspace')) expect([name, Object.keys(JSON.parse(body) as object)]).toEqual([name, ['targetId']]);
    const seen: { url: string | undefined; body: unknown }[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push({ url: request.url, body: JSON.parse(Buffer.concat(parts).toString()) });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await sendVscoHint({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connection: { path: '/hook', secrets: {} } }, { event: 'order.booked', id: order.id });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(seen).toEqual([{ url: '/hook?event=order.booked', body: { targetId: order.id } }]);
  });

  it('takes the bodies that the guide has sent to it, one for each event', () => {
    const made = vscoManifest.guides.flatMap(({ steps }) => steps).flatMap((step) => {
      const { copy } = guideStep(step, { webhookUrl: 'https://hooks.example.test/api/integrations/webhook/vsco-workspace/key' });
      return copy === null ? [] : [JSON.parse(copy) as { event: string; url: string }];
    });
    for (const body of made) {
      expectValid('RestHook', body);
      expect(new URL(body.url).searchParams.get('event')).toBe(body.event);
    }
    expect(made.map(({ event }) => event).sort()).toEqual([...VSCO_EVENTS].sort());
  });

  it('lists the events that we understand, and no other', () => {
    const document = read(vscoFile) as { components: { schemas: { RestHook: { properties: { event: { enum: string[] } } } } } };
    expect([...VSCO_EVENTS].sort()).toEqual([...document.components.schemas.RestHook.properties.event.enum].sort());
  });
});

describe.skipIf(!haveContracts(stripeFile, stripeApiFile))('Stripe: published shapes', () => {
  interface Shapes {
    resources: Record<string, Record<string, unknown>>;
    eventTypes: string[];
  }
  const RESOURCE: Readonly<Record<string, string>> = {
    payment_intent: 'PaymentIntent', charge: 'Charge', 'checkout.session': 'Session', invoice: 'Invoice', customer: 'Customer', refund: 'Refund', dispute: 'Dispute',
  };
  const shapes = haveContracts(stripeFile) ? (read(stripeFile) as Shapes) : { resources: {}, eventTypes: [] };
  const namesOf = (resource: string): Set<string> => {
    const entry = shapes.resources[resource] ?? {};
    const properties = (entry['properties'] ?? entry['fields'] ?? entry) as Record<string, unknown> | { name: string }[];
    return new Set(Array.isArray(properties) ? properties.map((each) => each.name) : Object.keys(properties));
  };
  const objects: [string, Record<string, unknown>][] = [
    ...fixtures('stripe').map(({ name, body }): [string, Record<string, unknown>] => {
      return [`fixture ${name}`, (JSON.parse(body) as { data: { object: Record<string, unknown> } }).data.object];
    }),
    ...[charge, dispute].map((object): [string, Record<string, unknown>] => [`read ${object.object}`, object]),
    ...STRIPE_EVENTS.filter((event) => !/^(?:customer|refund|charge\.dispute)\./.test(event)).map((event): [string, Record<string, unknown>] => {
      return [`played ${event}`, stripeObject({ event, id: 'x', created: 1, amount: 100, currency: 'GBP', weddingId: null, email: 'a@b.c', payer: 'A' })];
    }),
  ];

  it('is asked for events as documented', async () => {
    const contract = openApiContract(stripeApiFile);
    for (const request of await asked(stripePoll, stripeSamples, stripeApi)) contract.expectAsks(request);
    expect(() => contract.expectAsks({ method: 'GET', url: 'http://x/v1/events?since=1' })).toThrow('since');
  });

  it('has every event that we understand', () => {
    for (const event of STRIPE_EVENTS) expect(shapes.eventTypes).toContain(event);
  });

  it.each(objects.filter(([, object]) => RESOURCE[String(object['object'])] !== undefined))('%s uses only properties that there are', (_name, object) => {
    const known = namesOf(RESOURCE[String(object['object'])] ?? '');
    expect(known.size).toBeGreaterThan(10);
    expect(Object.keys(object).filter((name) => !known.has(name))).toEqual([]);
  });
});
