import { describe, expect, it } from 'vitest';
import { maskBody } from '../../core/domain/deliveries/mask.ts';
import { FORWARDING_PROVIDERS, forwardingOf } from '../../core/domain/intake/forwarding.ts';
import { BRIDGE_FIELDS } from '../../core/vendors/bridgeFields.ts';
import { COLUMN_KEYS } from '../../core/vendors/fileColumns.ts';
import { PERSONAL } from '../../core/vendors/recipe.ts';
import { VENDORS, vendorModule } from '../../core/vendors/registry.ts';

/** What may be seen of a Zap and of a row: ids, days, money, states. Whoever adds a field has to say which it is. */
const PLAIN = [
  ...['trigger', 'event', 'updated_at', 'source_id', 'client_id', 'client_role', 'project_id', 'project_type', 'project_date', 'project_stage'],
  ...['project_status', 'project_starts_at', 'project_ends_at', 'call_time', 'guest_count', 'trade', 'payment_id', 'payment_status', 'amount'],
  ...['refunded_amount', 'currency', 'paid_at', 'meeting_id', 'meeting_starts_at', 'meeting_ends_at', 'document_id', 'document_kind'],
  ...['document_status', 'message_id', 'message_channel', 'message_direction', 'message_sent_at'],
  ...['reference', 'event_date', 'start_time', 'end_time', 'status', 'paid_on', 'job_reference', 'delivery_time'],
];

describe('what systems without an interface send', () => {
  it('is covered or is plain, field by field', () => {
    const names: readonly string[] = [...BRIDGE_FIELDS, ...COLUMN_KEYS];
    expect(names.filter((name) => PERSONAL.includes(name) === PLAIN.includes(name))).toEqual([]);
    expect(PLAIN.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each([...VENDORS.keys()].filter((id) => vendorModule(id)!.manifest.paths.some((path) => ['bridge', 'file', 'mail'].includes(path))))('%s shows nothing of people', (id) => {
    const { masks } = vendorModule(id)!.manifest;
    const told = (body: object, origin: string): string => maskBody({ bodyText: JSON.stringify(body), mediaType: 'application/json', origin }, masks);
    const zap = Object.fromEntries(BRIDGE_FIELDS.map((name) => [name, PLAIN.includes(name) ? 'plain' : `Ada Example of Oak Lane`]));
    expect(told(zap, 'webhook')).not.toContain('Ada');
    expect(told(zap, 'webhook')).toContain('plain');
    expect(told({ fromName: 'Ada Example', from: 'Ada', subject: 'Ada asks', text: 'Name: Ada\nMy mother is ill', signedBy: 'weddingwire.com' }, 'mail')).toBe(
      '{"fromName":"••• (covered)","from":"••• (covered)","subject":"••• (covered)","text":"••• (covered)","signedBy":"weddingwire.com"}',
    );
  });
});

describe('guides for mails', () => {
  const guides = [...VENDORS.values()].flatMap(({ manifest }) => manifest.guides.filter(({ path }) => path === 'mail').map(({ steps }) => [manifest.id, steps] as const));

  it.each(guides)('%s: says of a mailbox that asks first what really becomes of its question', (_id, steps) => {
    const [sentence] = steps.filter((step) => step.includes('first asks'));
    for (const provider of FORWARDING_PROVIDERS) {
      expect(sentence).toContain(provider);
      const asks = { Gmail: { signedBy: 'google.com', from: 'forwarding-noreply@google.com', subject: '(#123456789) Gmail Forwarding Confirmation - Receive Mail from ada@example.org', text: 'Confirmation code: 123456789' } }[provider];
      expect(asks && forwardingOf(asks, 0, 'in.example.test')).toMatchObject({ provider, code: '123456789' });
    }
    expect(steps.join(' ')).not.toMatch(/gets no answer/);
  });

  it('are those of all that take mails', () => expect(guides.length).toBe([...VENDORS.values()].filter(({ manifest }) => manifest.capabilities.mail).length));
});
