import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import { apiClient, bearer, type ApiClient } from '../apiClient.ts';
import { refused } from '../calls.ts';
import { shortText } from '../fields.ts';
import type { RereadError, VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

const Phone = z.object({
  id: z.string(),
  verified_name: z.string().optional(),
  display_phone_number: z.string().optional(),
  quality_rating: z.string().optional(),
});

/** Of each app its name and ID; apps that may not be seen have none. */
const Subscribed = z.object({ data: z.array(z.object({ whatsapp_business_api_data: z.object({ id: z.string().optional(), name: z.string().optional() }).optional() })) });

/** Whether anybody hears of the account at all: without it Meta's page accepts the address, and nothing ever comes. */
async function subscription(client: ApiClient, account: string): Promise<Result<readonly string[], RereadError>> {
  if (account === '') return ok(['Without the business account ID it is not known whether your app is subscribed to the account.']);
  if (!/^\d{5,30}$/.test(account)) return refused('The business account ID is not one: it has digits only.');
  const apps = await client.read(`/${account}/subscribed_apps`, 'the subscribed apps', Subscribed);
  if (!apps.ok) return apps;
  const names = apps.value.data.map((app) => shortText(app.whatsapp_business_api_data?.name) ?? shortText(app.whatsapp_business_api_data?.id) ?? 'one without a name');
  return ok([names.length === 0 ? 'No app is subscribed to the business account: nothing will come until yours is.' : `Subscribed to the business account: ${names.join(', ')}`]);
}

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const id = access.settings['phoneNumberId'] ?? '';
  if (!/^\d{5,30}$/.test(id)) return refused('The connection has no phone number ID; messages come in without one, but it cannot be tried out.');
  const client = apiClient({ who: 'WhatsApp', baseUrl: DEFAULT_BASE_URL, headers: (of) => bearer(of, 'systemToken') }, access, ports);
  const phone = await client.read(`/${id}?fields=verified_name,display_phone_number,quality_rating`, 'the phone number', Phone);
  if (!phone.ok) return phone;
  const { verified_name: name, display_phone_number: shown, quality_rating: quality } = phone.value;
  const more = quality === undefined ? [] : [`Quality: ${shortText(quality, 40) ?? 'unknown'}`];
  const subscribed = await subscription(client, access.settings['businessAccountId'] ?? '');
  if (!subscribed.ok) return subscribed;
  return ok({ account: shortText(name), details: [`The number is ${shortText(shown) ?? 'not shown'}`, ...more, ...subscribed.value] });
};
