import { describe, expect, it } from 'vitest';
import { whatsapp } from '../../../core/vendors/whatsapp/index.ts';
import { expectFits } from '../../conformance/fits.ts';
import { contractFile, haveContracts, openApiContract, readContract } from '../contractFiles.ts';
import { fixtures, stored, webhookOf } from '../ports.ts';

const file = contractFile('whatsapp', 'business-messaging-api_v23.0.trimmed.json');
interface Examples {
  paths: Record<string, Record<string, { requestBody: { content: Record<string, { examples: Record<string, { value: unknown }> }> } }>>;
}

/** Every name of a property, at any depth. */
const namesIn = (node: unknown): string[] => (Array.isArray(node) ? node.flatMap(namesIn) : typeof node === 'object' && node !== null ? Object.entries(node).flatMap(([name, value]) => [name, ...namesIn(value)]) : []);

describe.skipIf(!haveContracts(file))('WhatsApp: published contract', () => {
  const contract = haveContracts(file) ? openApiContract(file) : null;
  const examples = haveContracts(file) ? Object.entries((readContract(file) as Examples).paths['/whatsapp/webhooks']?.['post']?.requestBody.content['application/json']?.examples ?? {}) : [];

  it.each(fixtures('whatsapp').filter(({ name }) => name.startsWith('status')))('$name is a payload of theirs', ({ body }) => contract?.expectFits('WebhookPayload', JSON.parse(body)));

  // Their schema of what comes in wants the fields of what goes out, and refuses their own examples: those count. They have
  // none of voice and of documents.
  const shown = fixtures('whatsapp').filter(({ name }) => /^message\.(?:text|image|button)$/.test(name));
  it.each(shown)('$name uses only properties of their examples', ({ body }) => {
    const known = new Set(examples.flatMap(([, { value }]) => namesIn(value)));
    expect(namesIn(JSON.parse(body)).filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(examples)('understands their example: %s', (_name, { value }) => {
    const meant = webhookOf(whatsapp).normalise(stored(JSON.stringify(value)));
    if (!meant.ok) throw new Error(meant.error.message);
    if (meant.value.kind === 'changes') meant.value.changes.forEach(expectFits);
    else expect(meant.value.kind).toBe('ignored');
  });

  it('has examples', () => expect(examples.length).toBeGreaterThan(5));
});
