import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { CONTACTS, respond, samples } from './samples.ts';
import { constantContact } from '../../../core/vendors/constant-contact/index.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { clockAt } from '../ports.ts';

const file = contractFile('constant-contact', 'constant-contact-v3.trimmed.json');
interface Swagger {
  paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
  definitions: Record<string, { properties: object }>;
}

describe.skipIf(!haveContracts(file))('Constant Contact: published contract', () => {
  const document = haveContracts(file) ? (readContract(file) as Swagger) : { paths: {}, definitions: {} };
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const expectFits = (name: string, body: unknown): void => {
    const validate = ajv.compile({ $ref: `#/definitions/${name}`, definitions: document.definitions });
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  };
  const ask = (path: string): unknown => JSON.parse(respond({ method: 'GET', url: `${samples.access.settings['baseUrl']}${path}`, headers: { authorization: 'Bearer cc-access-token' }, timeoutMs: 1 }).body);

  it('the stand-in answers in their shapes, with properties that there are', () => {
    expectFits('Contacts', ask('/contacts?updated_after=2020-01-01T00:00:00Z'));
    expectFits('Customer', ask('/account/summary'));
    const known = Object.keys(document.definitions['ContactResource']?.properties ?? {});
    for (const contact of CONTACTS) expect(Object.keys(contact).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('asks only with parameters that there are', async () => {
    const asked: URL[] = [];
    const http = { send: (request: HttpRequest) => (asked.push(new URL(request.url)), Promise.resolve(respond(request))) };
    await constantContact.poll!.read(null, samples.access, { http, clock: clockAt(samples.nowMs) });
    const known = (document.paths['/contacts']?.['get']?.parameters ?? []).map((parameter) => parameter.name);
    for (const name of asked[0]?.searchParams.keys() ?? ['none']) expect(known).toContain(name);
  });
});
