import { ok, type Result } from '../../contract/result.ts';
import { orNull, type ApiClient } from '../apiClient.ts';
import { refused, SAFE_SEGMENT, shapeUnknown } from '../calls.ts';
import type { RereadError, VendorModule } from '../vendor.ts';
import { eventTempleClient } from './client.ts';
import { bookingChanges, contactIdOf } from './mapping.ts';
import { eventIdsOf, hoursOf, MOST_PARTS, paymentIdsOf, spaceIdsOf } from './parts.ts';
import { One, type Resource } from './shapes.ts';

/** Those of them that are there and that the key may see; one that is not is left out, one that does not answer is no answer. */
async function several(client: ApiClient, collection: string, ids: readonly string[]): Promise<Result<Resource[], RereadError>> {
  const found: Resource[] = [];
  for (const id of ids) {
    if (!SAFE_SEGMENT.test(id)) continue;
    const one = orNull(await client.read(`/${collection}/${id}`, `one of the ${collection}`, One));
    if (!one.ok) return one;
    if (one.value?.data.id === id) found.push(one.value.data);
  }
  return ok(found);
}

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports) => {
  if (hint.remoteType !== 'booking') return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  if (!SAFE_SEGMENT.test(hint.remoteId)) return refused('The id is not one of Event Temple.');
  const client = eventTempleClient(access, ports);
  const booking = await client.read(`/bookings/${hint.remoteId}`, 'the booking', One);
  if (!booking.ok) return booking;
  // Another object than the one asked for would be written over somebody else's.
  if (booking.value.data.id !== hint.remoteId) return shapeUnknown('Event Temple answered with another booking than the one asked for.');
  const contactId = contactIdOf(booking.value.data);
  const contact =
    contactId !== null && SAFE_SEGMENT.test(contactId) ? orNull(await client.read(`/contacts/${contactId}`, 'the contact', One)) : ok(null);
  if (!contact.ok) return contact;
  const events = await several(client, 'events', eventIdsOf(booking.value.data));
  if (!events.ok) return events;
  const spaces = await several(client, 'spaces', [...new Set(events.value.flatMap(spaceIdsOf))].slice(0, MOST_PARTS));
  if (!spaces.ok) return spaces;
  const payments = await several(client, 'payments', paymentIdsOf(booking.value.data));
  if (!payments.ok) return payments;
  const hours = hoursOf(events.value, new Map(spaces.value.map((space) => [space.id, space])), access.settings);
  const person = contact.value?.data.id === contactId ? (contact.value?.data ?? null) : null;
  const changes = bookingChanges(booking.value.data, person, hours, payments.value, access.settings);
  return changes.ok ? changes : shapeUnknown(`Event Temple: ${changes.error}.`);
};
