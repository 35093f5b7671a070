import { describe, expect, it } from 'vitest';
import { RESEND_EVENTS } from '../../../core/vendors/resend/manifest.ts';
import { contractFile, haveContracts, openApiContract, readContract } from '../contractFiles.ts';
import { fixtures } from '../ports.ts';
import { samples } from './samples.ts';

const file = contractFile('resend', 'resend-openapi.json');
const schemaOf = (type: string): string => `${type.split(/[._]/).map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}Event`;

describe.skipIf(!haveContracts(file))('Resend: published contract', () => {
  const contract = haveContracts(file) ? openApiContract(file) : null;

  it.each(fixtures('resend'))('$name is an event of theirs', ({ body }) => {
    const event = JSON.parse(body) as { type: string };
    contract?.expectFits(schemaOf(event.type), event);
  });

  it('we understand every event about mails', () => {
    const { webhooks } = readContract(file) as { webhooks: Record<string, unknown> };
    expect([...RESEND_EVENTS].sort()).toEqual(Object.keys(webhooks).filter((name) => name.startsWith('email.')).sort());
  });

  it('the stand-in answers the list of domains in its shape', () => {
    const answer = samples.tryOut?.respond({ method: 'GET', url: 'https://resend.test/domains', headers: { authorization: 'Bearer re_fixture_key' }, timeoutMs: 1 });
    contract?.expectFits('ListDomainsResponse', JSON.parse(answer?.body ?? ''));
  });
});
