import { ok } from '../../contract/result.ts';
import { orNull } from '../apiClient.ts';
import { refused, SAFE_SEGMENT, shapeUnknown } from '../calls.ts';
import type { VendorModule } from '../vendor.ts';
import { eventTempleClient } from './client.ts';
import { bookingChanges, contactIdOf } from './mapping.ts';
import { One } from './shapes.ts';

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
  const changes = bookingChanges(booking.value.data, contact.value?.data.id === contactId ? (contact.value?.data ?? null) : null, access.settings);
  return changes.ok ? changes : shapeUnknown(`Event Temple: ${changes.error}.`);
};
