import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { currencyCode, objectAt, shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { stripeClient } from './client.ts';

const Account = z.looseObject({ id: z.string() });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const account = await stripeClient(access, ports).read('/account', 'the account', Account);
  if (!account.ok) return account;
  const shown = objectAt(objectAt(account.value, 'settings'), 'dashboard')['display_name'];
  const currency = currencyCode(account.value['default_currency']);
  return ok({
    account: shortText(shown) ?? shortText(objectAt(account.value, 'business_profile')['name']) ?? account.value.id,
    details: ['The API key is good.', ...(currency ? [`The account counts in ${currency}.`] : [])],
  });
};
