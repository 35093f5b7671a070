import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import type { ApiClient } from '../apiClient.ts';
import { refused, SAFE_SEGMENT, shapeUnknown } from '../calls.ts';
import { shortText } from '../fields.ts';
import type { RereadError, VendorModule } from '../vendor.ts';
import { stripeClient } from './client.ts';
import { chargeSaid, paymentOf } from './mapping.ts';
import { refId } from './told.ts';

const whole = z.int().min(0);
const Charge = z.looseObject({ id: z.string(), amount: whole, amount_refunded: whole, currency: z.string() });
const Dispute = z.looseObject({ id: z.string(), amount: whole, currency: z.string(), status: z.string(), charge: z.unknown() });

type Read<T> = Promise<Result<T, RereadError>>;

async function one<T extends { id: string }>(client: ApiClient, collection: string, what: string, id: string, shape: z.ZodType<T>): Read<T> {
  if (!SAFE_SEGMENT.test(id)) return refused('The id is not one of Stripe.');
  const object = await client.read(`/${collection}/${id}`, what, shape);
  // Another object than the one asked for would be written over somebody else's.
  return object.ok && object.value.id !== id ? shapeUnknown(`Stripe answered with another object than the one asked for: ${what}.`) : object;
}

/**
 * How much of a payment is back where it came from. A refund that failed says nothing of the others, and a dispute
 * nothing of the refunds, so the charge is asked. What is read now is newer than any event of before.
 */
export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports): Read<readonly Change[]> => {
  const client = stripeClient(access, ports);
  let chargeId = hint.remoteId;
  let lost: { amount: number; reason: string | null; currency: string } | null = null;
  if (hint.remoteType === 'dispute') {
    const dispute = await one(client, 'disputes', 'a dispute', hint.remoteId, Dispute);
    if (!dispute.ok) return dispute;
    const of = refId(dispute.value.charge);
    if (of === null) return shapeUnknown('Stripe: the dispute does not say of which charge it is.');
    chargeId = of;
    const { amount, currency, status } = dispute.value;
    if (status === 'lost') lost = { amount, currency, reason: shortText(dispute.value['reason'], 60) };
  } else if (hint.remoteType !== 'charge') return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  const charge = await one(client, 'charges', 'a charge', chargeId, Charge);
  if (!charge.ok) return charge;
  if (lost !== null && lost.currency !== charge.value.currency) {
    return shapeUnknown('Stripe: the dispute counts in another currency than its charge.');
  }
  const now = ports.clock.now();
  const change = paymentOf(chargeSaid(charge.value, lost), { object: charge.value, at: new Date(now).toISOString(), second: Math.floor(now / 1000) });
  return change.ok ? ok([change.value]) : shapeUnknown(`Stripe: ${change.error}`);
};
