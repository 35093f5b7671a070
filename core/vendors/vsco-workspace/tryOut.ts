import { ok } from '../../contract/result.ts';
import { currencyCode, shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { vscoClient } from './client.ts';
import { Studio } from './shapes.ts';

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const studio = await vscoClient(access, ports).list('studio/me', {}, Studio);
  if (!studio.ok) return studio;
  const currency = currencyCode(studio.value.currencyCode);
  return ok({
    account: shortText(studio.value.name),
    details: ['The API key is good.', currency ? `The studio counts in ${currency}.` : 'The studio names no currency.'],
  });
};
