import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { apiClient, bearer } from '../apiClient.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

const Domains = z.object({ data: z.array(z.object({ name: z.string(), status: z.string() })) });

/** Resend has no call that names the account; its first domain is what the venue knows it by. */
export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const client = apiClient({ who: 'Resend', baseUrl: DEFAULT_BASE_URL, headers: (of) => bearer(of, 'apiKey') }, access, ports);
  const domains = await client.read('/domains', 'the list of domains', Domains);
  if (!domains.ok) return domains;
  const list = domains.value.data.slice(0, 10).map(({ name, status }) => `${shortText(name) ?? 'a domain'}: ${shortText(status, 40) ?? 'unknown'}`);
  return ok({ account: shortText(domains.value.data[0]?.name), details: list.length > 0 ? list : ['No domain is set up yet'] });
};
