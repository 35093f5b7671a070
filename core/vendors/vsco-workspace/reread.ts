import { minorPerUnit } from '../../domain/money/money.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { orNull } from '../apiClient.ts';
import { currencyCode, shortText } from '../fields.ts';
import type { ConnectionAccess, RereadError, VendorModule } from '../vendor.ts';
import { vscoClient, type VscoClient } from './client.ts';
import { bookingOf, clueOf, contactOf, paymentOf, type Studio } from './mapping.ts';
import * as shapes from './shapes.ts';

type Read<T> = Promise<Result<T, RereadError>>;

interface JobWithClient {
  readonly job: shapes.Job;
  readonly client: shapes.Contact | null;
  readonly changes: readonly Change[];
}

async function studioOf(client: VscoClient, access: ConnectionAccess): Read<Studio> {
  const vendorName = shortText(access.settings['vendorName']);
  const toMinorOf = (currency: string): number => {
    return access.settings['moneyUnit'] === 'major' ? minorPerUnit(currency) : 1;
  };
  const chosen = currencyCode(access.settings['currency']);
  if (chosen) return ok({ vendorName, currency: chosen, toMinor: toMinorOf(chosen) });
  const studio = await client.get('studio', 'me', shapes.Studio);
  if (!studio.ok) return studio;
  // USD is the documented default of the studio's own field.
  const currency = currencyCode(studio.value.currencyCode) ?? 'USD';
  return ok({ vendorName: vendorName ?? shortText(studio.value.name), currency, toMinor: toMinorOf(currency) });
}

async function clientOfJob(client: VscoClient, jobId: string): Read<shapes.Contact | null> {
  const list = orNull(await client.list('job-contact', { jobId, pageSize: '100' }, shapes.JobContactList));
  if (!list.ok) return list;
  // A filter that the source ignores must not bring another couple's client to this wedding.
  const links = (list.value?.items ?? []).filter((link) => link.jobId === jobId);
  const isClient = (kinds: readonly string[] | null | undefined) => kinds?.some((kind) => kind === 'client' || kind === 'customer') ?? false;
  const main = links.find((link) => link.client === true) ?? links.find((link) => isClient(link.roleKinds)) ?? links[0];
  return main ? orNull(await client.get('address-book', main.contactId, shapes.Contact)) : ok(null);
}

async function readJob(client: VscoClient, id: string, studio: Studio): Read<JobWithClient> {
  const job = await client.get('job', id, shapes.Job);
  if (!job.ok) return job;
  const sessionId = job.value.primarySessionId;
  const session = sessionId ? orNull(await client.get('event', sessionId, shapes.Session)) : ok(null);
  if (!session.ok) return session;
  const person = await clientOfJob(client, id);
  if (!person.ok) return person;
  const orders = orNull(await client.list(`job/${job.value.id}/order`, { sortBy: 'sortPosition' }, shapes.OrderList));
  if (!orders.ok) return orders;
  const own = orders.value?.items.filter((order) => order.jobId === id) ?? null;
  return ok({
    job: job.value,
    client: person.value,
    changes: [...(person.value ? [contactOf(person.value, job.value)] : []), bookingOf(job.value, session.value, person.value, studio, own)],
  });
}

async function readPayment(client: VscoClient, id: string, studio: Studio): Read<readonly Change[]> {
  const payment = await client.get('payment', id, shapes.Payment);
  if (!payment.ok) return payment;
  const { jobId, payerId } = payment.value;
  // The job comes along: a payment is often the first that we hear of it, and its client says whose wedding it is.
  const of = jobId ? orNull(await readJob(client, jobId, studio)) : ok(null);
  if (!of.ok) return of;
  const known = of.value?.client;
  const payer = payerId ? (known?.id === payerId ? ok(known) : orNull(await client.get('address-book', payerId, shapes.Contact))) : ok(null);
  if (!payer.ok) return payer;
  return ok([...(of.value?.changes ?? []), paymentOf(payment.value, payer.value, clueOf(of.value?.job ?? null, known ?? payer.value), studio)]);
}

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports) => {
  const client = vscoClient(access, ports);
  if (hint.remoteType === 'contact') {
    const contact = await client.get('address-book', hint.remoteId, shapes.Contact);
    return contact.ok ? ok([contactOf(contact.value, null)]) : contact;
  }
  const studio = await studioOf(client, access);
  if (!studio.ok) return studio;
  switch (hint.remoteType) {
    case 'job': {
      const job = await readJob(client, hint.remoteId, studio.value);
      return job.ok ? ok(job.value.changes) : job;
    }
    case 'order': {
      const order = await client.get('order', hint.remoteId, shapes.Order);
      if (!order.ok) return order;
      const job = await readJob(client, order.value.jobId, studio.value);
      return job.ok ? ok(job.value.changes) : job;
    }
    case 'payment':
      return readPayment(client, hint.remoteId, studio.value);
    default:
      return err({ code: 'normalise.shape_unknown', message: `There is no way to read a ${hint.remoteType}.`, retryable: false, retryAfterMs: null });
  }
};
