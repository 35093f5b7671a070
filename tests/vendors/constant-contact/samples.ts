import { constantContact } from '../../../core/vendors/constant-contact/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';

const ACCESS = 'cc-access-token';
export const BASE = 'https://cc.test/v3';

const contact = (n: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  contact_id: `1618ae62-4752-11e9-9c8a-${String(n).padStart(12, '0')}`, email_address: { address: `guest${n}@example.org`, permission_to_send: 'implicit', created_at: '2026-01-01T00:00:00Z', opt_in_source: 'Account', opt_in_date: '2026-01-02T00:00:00Z' }, first_name: 'Guest', last_name: String(n),
  update_source: 'Account', create_source: 'Account', created_at: '2026-01-01T00:00:00Z', updated_at: `2026-10-0${n + 1}T08:00:00-04:00`, ...more,
});
export const CONTACTS: readonly Record<string, unknown>[] = [
  contact(0, { company_name: 'Hill & Host', phone_numbers: [{ phone_number: '+1-555-555-0100', kind: 'home' }, { phone_number: '+1-555-555-0101', kind: 'mobile' }] }),
  contact(1, { email_address: { address: 'guest1@example.org', permission_to_send: 'unsubscribed', opt_out_source: 'Contact', opt_out_date: '2026-09-30T08:00:00Z' } }), contact(2, { deleted_at: '2026-10-03T08:00:00-04:00' }), contact(3, { email_address: undefined }), contact(4),
];

const json = (body: unknown, status = 200): HttpResponse => ({ status, headers: {}, body: JSON.stringify(body) });

export function respond({ url, headers }: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(url);
  if (headers['authorization'] !== `Bearer ${ACCESS}`) return json([{ error_key: 'unauthorized' }], 401);
  if (pathname === '/v3/account/summary') return json({ organization_name: 'Orchard Barn', contact_email: 'events@orchard.example', encoded_account_id: 'p07e1l8cdif9dl' });
  if (pathname !== '/v3/contacts') return json([{ error_key: 'not_found' }], 404);
  if (searchParams.get('cursor') !== null) return json({ contacts: CONTACTS.slice(3) });
  const after = Date.parse(searchParams.get('updated_after') ?? '');
  const found = CONTACTS.filter((one) => Date.parse(String(one['updated_at'])) > after);
  return found.length > 3 ? json({ contacts: found.slice(0, 3), _links: { next: { href: '/v3/contacts?cursor=bGltaXQ9MyZuZXh0PTQ%3D' } } }) : json({ contacts: found });
}

export const samples: VendorSamples = {
  vendor: constantContact,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c019', settings: { clientId: 'client', baseUrl: BASE }, secrets: { clientSecret: 'cc-client-secret', accessToken: ACCESS } },
  deliveries: [],
  poll: { respond, brings: CONTACTS.length, secretValues: [ACCESS, 'cc-client-secret'] },
  tryOut: { respond, account: 'Orchard Barn', secretValues: [ACCESS] },
};
