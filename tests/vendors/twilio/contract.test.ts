import { describe, expect, it } from 'vitest';
import { contractFile, haveContracts, openApiContract, readContract } from '../contractFiles.ts';
import { fixtures } from '../ports.ts';
import { samples } from './samples.ts';

const file = contractFile('twilio', 'twilio_api_v2010.trimmed.json');

describe.skipIf(!haveContracts(file))('Twilio: published contract', () => {
  it('the stand-in answers the account in its shape', () => {
    const answer = samples.tryOut?.respond({ method: 'GET', url: `https://twilio.test/2010-04-01/Accounts/${samples.access.settings['accountSid']}.json`, headers: {}, timeoutMs: 1 });
    openApiContract(file).expectKnown('api.v2010.account', JSON.parse(answer?.body ?? '') as Record<string, unknown>);
  });

  it('knows each status that our calls carry', () => {
    const document = readContract(file) as { components: { schemas: Record<string, { enum?: string[] }> } };
    const known = document.components.schemas['message_enum_status']?.enum ?? [];
    for (const { body } of fixtures('twilio')) {
      const { MessageStatus } = JSON.parse(body) as Record<string, string>;
      if (MessageStatus !== undefined) expect(known).toContain(MessageStatus);
    }
    expect(known.length).toBeGreaterThan(5);
  });
});
