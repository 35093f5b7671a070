import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { squareClient } from './client.ts';
import { Merchant } from './shapes.ts';

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const answer = await squareClient(access, ports).read('/merchants/me', 'the account', z.object({ merchant: Merchant }));
  if (!answer.ok) return answer;
  const { merchant } = answer.value;
  const details = [
    shortText(merchant.currency) && `Takes money in ${shortText(merchant.currency)}.`,
    shortText(merchant.status) && `The account is ${shortText(merchant.status)?.toLowerCase()}.`,
    'The access token is good.',
  ];
  return ok({ account: shortText(merchant.business_name), details: details.filter((line): line is string => Boolean(line)) });
};
