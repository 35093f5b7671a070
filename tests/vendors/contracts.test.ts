import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripeObject } from '../../scripts/simulate/stripeObjects.ts';
import { startVscoStandIn, type VscoKind, type VscoStandIn } from '../../scripts/simulate/vscoStandIn.ts';
import { STRIPE_EVENTS } from '../../core/vendors/stripe/manifest.ts';
import { VSCO_EVENTS } from '../../core/vendors/vsco-workspace/manifest.ts';
import { fixtures } from './ports.ts';
import { contact, job, jobContact, order, payment, session } from './vsco-workspace/objects.ts';

/** The vendors' published contracts are not ours to ship: they are looked for next to the repository. */
const specs = resolve(process.env['WEDSYNC_VENDOR_SPECS'] || resolve(import.meta.dirname, '../../../shared/contracts'));
const at = (...parts: string[]): string => join(specs, ...parts);
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** OpenAPI 3.0 allows "nullable" without a type, where it means nothing; the validator takes it for a mistake. */
function withoutBareNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutBareNullable);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => name !== 'nullable' || 'type' in node)
      .map(([name, value]) => [name, withoutBareNullable(value)]),
  );
}

const vscoFile = at('vsco-workspace', 'workspace-openapi-v2.json');
const stripeFile = at('stripe', 'shapes-23.1.0.json');
for (const file of [vscoFile, stripeFile].filter((path) => !existsSync(path))) {
  console.warn(`Skipped: ${file} is not here. Set WEDSYNC_VENDOR_SPECS to the folder with the vendors' contracts.`);
}

describe.skipIf(!existsSync(vscoFile))('VSCO Workspace: published contract', () => {
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
    expectValid('Studio', (await ask('/studio/me')).body);
    expect(await ask('/job/nothing')).toMatchObject({ status: 404 });
    const refused = await ask('/studio/me', 'wrong');
    expect(refused.status).toBe(401);
    expectValid('Error', refused.body);
    standIn.failNext(429, 1);
    expectValid('Error', (await ask('/studio/me')).body);
  });

  it('a wrong shape would be noticed', () => {
    expect(validator('Job')({ stage: 'wedding' })).toBe(false);
    expect(validator('Payment')({ jobId: null, amount: 'a lot' })).toBe(false);
  });

  it('lists the events that we understand, and no other', () => {
    const document = read(vscoFile) as { components: { schemas: { RestHook: { properties: { event: { enum: string[] } } } } } };
    expect([...VSCO_EVENTS].sort()).toEqual([...document.components.schemas.RestHook.properties.event.enum].sort());
  });
});

describe.skipIf(!existsSync(stripeFile))('Stripe: published shapes', () => {
  interface Shapes {
    resources: Record<string, Record<string, unknown>>;
    eventTypes: string[];
  }
  const RESOURCE: Readonly<Record<string, string>> = { payment_intent: 'PaymentIntent', charge: 'Charge', 'checkout.session': 'Session', invoice: 'Invoice' };
  const shapes = existsSync(stripeFile) ? (read(stripeFile) as Shapes) : { resources: {}, eventTypes: [] };
  const namesOf = (resource: string): Set<string> => {
    const entry = shapes.resources[resource] ?? {};
    const properties = (entry['properties'] ?? entry['fields'] ?? entry) as Record<string, unknown> | { name: string }[];
    return new Set(Array.isArray(properties) ? properties.map((each) => each.name) : Object.keys(properties));
  };
  const objects: [string, Record<string, unknown>][] = [
    ...fixtures('stripe').map(({ name, body }): [string, Record<string, unknown>] => {
      return [`fixture ${name}`, (JSON.parse(body) as { data: { object: Record<string, unknown> } }).data.object];
    }),
    ...STRIPE_EVENTS.map((event): [string, Record<string, unknown>] => {
      return [`played ${event}`, stripeObject({ event, id: 'x', created: 1, amount: 100, currency: 'GBP', weddingId: null, email: 'a@b.c', payer: 'A' })];
    }),
  ];

  it('has every event that we understand', () => {
    for (const event of STRIPE_EVENTS) expect(shapes.eventTypes).toContain(event);
  });

  it.each(objects.filter(([, object]) => RESOURCE[String(object['object'])] !== undefined))('%s uses only properties that there are', (_name, object) => {
    const known = namesOf(RESOURCE[String(object['object'])] ?? '');
    expect(known.size).toBeGreaterThan(10);
    expect(Object.keys(object).filter((name) => !known.has(name))).toEqual([]);
  });
});
