import { ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { orNull } from '../apiClient.ts';
import { refused, SAFE_SEGMENT, shapeUnknown } from '../calls.ts';
import type { RereadError, VendorModule } from '../vendor.ts';
import { paypalClient, type PaypalClient } from './client.ts';
import { invoiceChanges, paymentOf } from './mapping.ts';
import * as shapes from './shapes.ts';

type Read<T> = Promise<Result<T, RereadError>>;

async function readCapture(client: PaypalClient, id: string, refund: shapes.Refund | null): Read<readonly Change[]> {
  const capture = await client.one('/v2/payments/captures', 'a capture', id, shapes.Capture);
  if (!capture.ok) return capture;
  const orderId = capture.value.supplementary_data?.related_ids?.order_id;
  // Orders can be read for a while only; without one there is no payer's name, and the money is there all the same.
  const order = orderId ? orNull(await client.one('/v2/checkout/orders', 'an order', orderId, shapes.Order)) : ok(null);
  if (!order.ok) return order;
  const change = paymentOf(capture.value, refund, order.value);
  return change.ok ? ok([change.value]) : shapeUnknown(`PayPal: ${change.error}.`);
}

/** A refund points up at its capture; only the id at the end of that link is used. */
const captureOf = (refund: shapes.Refund): string | null =>
  refund.links
    ?.filter((link) => link.rel === 'up')
    .map((link) => /\/captures\/([A-Za-z0-9_-]{1,64})$/.exec(link.href)?.[1])
    .find((id) => id !== undefined) ?? null;

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports): Read<readonly Change[]> => {
  if (!SAFE_SEGMENT.test(hint.remoteId)) return refused('The id is not one of PayPal.');
  const client = await paypalClient(access, ports);
  if (!client.ok) return client;
  switch (hint.remoteType) {
    case 'capture':
      return readCapture(client.value, hint.remoteId, null);
    case 'refund': {
      const refund = await client.value.one('/v2/payments/refunds', 'a refund', hint.remoteId, shapes.Refund);
      if (!refund.ok) return refund;
      const capture = captureOf(refund.value);
      return capture === null
        ? shapeUnknown('PayPal: the refund does not say of which capture it is.')
        : readCapture(client.value, capture, refund.value);
    }
    case 'invoice': {
      const invoice = await client.value.one('/v2/invoicing/invoices', 'an invoice', hint.remoteId, shapes.Invoice);
      if (!invoice.ok) return invoice;
      const changes = invoiceChanges(invoice.value);
      return changes.ok ? changes : shapeUnknown(`PayPal: ${changes.error}.`);
    }
    default:
      return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  }
};
