import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { acuityClient } from './client.ts';

const Me = z.object({ email: z.string().nullish(), name: z.string().nullish(), timezone: z.string().nullish() });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const me = await acuityClient(access, ports).read('/me', 'the account', Me);
  if (!me.ok) return me;
  const zone = shortText(me.value.timezone);
  return ok({
    account: shortText(me.value.name) ?? shortText(me.value.email),
    details: ['The user ID and the API key are good.', ...(zone ? [`The account's time zone is ${zone}.`] : [])],
  });
};
