import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { fixtures } from '../ports.ts';
import { samples } from './samples.ts';

const [web, wrapper] = [contractFile('slack', 'slack_web_openapi_v2.trimmed.json'), contractFile('slack', 'slack_common_event_wrapper_schema.json')];

describe.skipIf(!haveContracts(web, wrapper))('Slack: published contract', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

  it.each(fixtures('slack'))('the event $name has the wrapper of all events', ({ body }) => {
    // Its draft is named by an address that the validator does not look up.
    const { $schema: _draft, $id: _id, ...schema } = readContract(wrapper) as Record<string, unknown>;
    const validate = ajv.compile(schema);
    expect(validate(JSON.parse(body)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('the stand-in answers auth.test in its shape', () => {
    const document = readContract(web) as { paths: Record<string, Record<string, { responses: Record<string, { schema: object }> }>>; definitions: object };
    const validate = ajv.compile({ ...document.paths['/auth.test']?.['get']?.responses['200']?.schema, definitions: document.definitions });
    const answer = samples.tryOut?.respond({ method: 'POST', url: 'https://slack.test/api/auth.test', headers: { authorization: `Bearer ${samples.access.secrets['botToken']}` }, timeoutMs: 1 });
    expect(validate(JSON.parse(answer?.body ?? '')), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ok: true })).toBe(false);
  });
});
