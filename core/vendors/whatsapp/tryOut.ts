import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { apiClient, bearer } from '../apiClient.ts';
import { refused } from '../calls.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

const Phone = z.object({
  id: z.string(),
  verified_name: z.string().optional(),
  display_phone_number: z.string().optional(),
  quality_rating: z.string().optional(),
});

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const id = access.settings['phoneNumberId'] ?? '';
  if (!/^\d{5,30}$/.test(id)) return refused('The connection has no phone number ID; messages come in without one, but it cannot be tried out.');
  const client = apiClient({ who: 'WhatsApp', baseUrl: DEFAULT_BASE_URL, headers: (of) => bearer(of, 'systemToken') }, access, ports);
  const phone = await client.read(`/${id}?fields=verified_name,display_phone_number,quality_rating`, 'the phone number', Phone);
  if (!phone.ok) return phone;
  const { verified_name: name, display_phone_number: shown, quality_rating: quality } = phone.value;
  const more = quality === undefined ? [] : [`Quality: ${shortText(quality, 40) ?? 'unknown'}`];
  return ok({ account: shortText(name), details: [`The number is ${shortText(shown) ?? 'not shown'}`, ...more] });
};
