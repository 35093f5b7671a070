import { describe, expect, it } from 'vitest';
import { mailchimp } from '../../../core/vendors/mailchimp/index.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { Ajv } from 'ajv';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { clockAt, fixtures } from '../ports.ts';
import { respond, samples } from './samples.ts';

const [api, hooks] = [contractFile('mailchimp', 'mailchimp-marketing-3.0.trimmed.json'), contractFile('mailchimp', 'mailchimp-webhooks-asyncapi.unofficial.json')];
interface Swagger {
  paths: Record<string, Record<string, { parameters: { name: string }[]; responses: Record<string, { schema: object }> }>>;
}

describe.skipIf(!haveContracts(api, hooks))('Mailchimp: published contract', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

  it('asks for members with parameters that there are, and reads the answer in its shape', async () => {
    const members = (readContract(api) as Swagger).paths['/lists/{list_id}/members']?.['get'];
    const asked: URL[] = [];
    const answers: unknown[] = [];
    const http = {
      send(request: HttpRequest) {
        asked.push(new URL(request.url));
        const answer = respond(request);
        answers.push(JSON.parse(answer.body));
        return Promise.resolve(answer);
      },
    };
    await mailchimp.poll!.read(null, samples.access, { http, clock: clockAt(samples.nowMs) });
    const known = (members?.parameters ?? []).map((parameter) => parameter.name);
    for (const name of asked[0]?.searchParams.keys() ?? []) expect(known).toContain(name);
    const validate = ajv.compile(members?.responses['200']?.schema ?? false);
    expect(validate(answers[0]), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it.each(fixtures('mailchimp').filter(({ name }) => name === 'subscribe' || name === 'unsubscribe'))('$name has the fields of their guide', ({ body }) => {
    const form = JSON.parse(body) as Record<string, string>;
    const document = readContract(hooks) as { components: { schemas: Record<string, { properties: { data: { required: string[] } } }> } };
    const schema = document.components.schemas[form['type'] === 'subscribe' ? 'SubscribePayload' : 'UnsubscribePayload'];
    for (const name of schema?.properties.data.required ?? ['none']) expect(Object.keys(form)).toContain(`data[${name}]`);
  });
});
