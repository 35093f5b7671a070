import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { apiClient, bearer, orNull, type ApiClient } from '../apiClient.ts';
import { refused, shapeUnknown } from '../calls.ts';
import type { CallPorts, ConnectionAccess, RereadError, VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { contactOf, dateOf, eventOf, leadChanges } from './mapping.ts';
import * as shapes from './shapes.ts';
import { SAFE_ID } from './webhook.ts';

type Read<T> = Promise<Result<T, RereadError>>;

export const tripleseatClient = (access: ConnectionAccess, ports: CallPorts): ApiClient =>
  apiClient({ who: 'Tripleseat', baseUrl: DEFAULT_BASE_URL, headers: (own) => bearer(own) }, access, ports);

/** Tripleseat wraps each object in one of its own name. */
async function one<T extends { id: string }>(client: ApiClient, collection: string, name: string, id: string, shape: z.ZodType<T>): Read<T> {
  const answer = await client.read(`/${collection}/${id}.json`, `the ${name}`, z.object({ [name]: shape }));
  if (!answer.ok) return answer;
  const object = answer.value[name];
  // Another object than the one asked for would be written over somebody else's.
  return object?.id === id ? ok(object) : shapeUnknown(`Tripleseat answered with another ${name} than the one asked for.`);
}

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports): Read<readonly Change[]> => {
  if (!SAFE_ID.test(hint.remoteId)) return refused('The id is not one of Tripleseat.');
  const client = tripleseatClient(access, ports);
  const { settings } = access;
  switch (hint.remoteType) {
    case 'lead': {
      const lead = await one(client, 'leads', 'lead', hint.remoteId, shapes.Lead);
      return lead.ok ? ok(leadChanges(lead.value, settings)) : lead;
    }
    case 'event': {
      const event = await one(client, 'events', 'event', hint.remoteId, shapes.Event);
      if (!event.ok) return event;
      const { contact_id: contactId } = event.value;
      const contact = contactId ? orNull(await one(client, 'contacts', 'contact', contactId, shapes.Contact)) : ok(null);
      if (!contact.ok) return contact;
      const booking = eventOf(event.value, contact.value, settings);
      if (!booking.ok) return shapeUnknown(`Tripleseat: ${booking.error}.`);
      return ok([...(contact.value ? [contactOf(contact.value, dateOf(event.value), settings)] : []), booking.value]);
    }
    default:
      return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  }
};
