import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { orNull, type ApiClient } from '../apiClient.ts';
import { refused, shapeUnknown } from '../calls.ts';
import type { RereadError, VendorModule } from '../vendor.ts';
import { squareClient } from './client.ts';
import { bookingOf, contactOf, invoiceOf, paymentOf } from './mapping.ts';
import * as shapes from './shapes.ts';
import { SAFE_ID } from './webhook.ts';

type Read<T> = Promise<Result<T, RereadError>>;

/** Square wraps each object in one of its own name. */
async function one<T extends { id: string }>(client: ApiClient, collection: string, name: string, id: string, shape: z.ZodType<T>): Read<T> {
  const answer = await client.read(`/${collection}/${encodeURIComponent(id)}`, `a ${name}`, z.object({ [name]: shape }));
  if (!answer.ok) return answer;
  const object = answer.value[name];
  // Another object than the one asked for would be written over somebody else's.
  return object?.id === id ? ok(object) : shapeUnknown(`Square answered with another ${name} than the one asked for.`);
}

async function customerOf(client: ApiClient, id: string | null | undefined): Read<shapes.Customer | null> {
  return id && SAFE_ID.test(id) ? orNull(await one(client, 'customers', 'customer', id, shapes.Customer)) : ok(null);
}

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports): Read<readonly Change[]> => {
  if (!SAFE_ID.test(hint.remoteId)) return refused('The id is not one of Square.');
  const client = squareClient(access, ports);
  switch (hint.remoteType) {
    case 'booking': {
      const booking = await one(client, 'bookings', 'booking', hint.remoteId, shapes.Booking);
      if (!booking.ok) return booking;
      const customer = await customerOf(client, booking.value.customer_id);
      if (!customer.ok) return customer;
      return ok([...(customer.value ? [contactOf(customer.value)] : []), bookingOf(booking.value, customer.value, access.settings)]);
    }
    case 'payment': {
      const payment = await one(client, 'payments', 'payment', hint.remoteId, shapes.Payment);
      if (!payment.ok) return payment;
      const customer = await customerOf(client, payment.value.customer_id);
      if (!customer.ok) return customer;
      const change = paymentOf(payment.value, customer.value);
      return change.ok ? ok([change.value]) : shapeUnknown(change.error);
    }
    case 'invoice': {
      const invoice = await one(client, 'invoices', 'invoice', hint.remoteId, shapes.Invoice);
      if (!invoice.ok) return invoice;
      const customer = await customerOf(client, invoice.value.primary_recipient?.customer_id);
      if (!customer.ok) return customer;
      const change = invoiceOf(invoice.value, customer.value);
      return ok(change ? [change] : []);
    }
    default:
      return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  }
};
