import { ok } from '../../contract/result.ts';
import { refused, shapeUnknown } from '../calls.ts';
import type { VendorModule } from '../vendor.ts';
import { acuityClient } from './client.ts';
import { Appointment, appointmentChanges } from './mapping.ts';
import { SAFE_ID } from './webhook.ts';

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports) => {
  if (hint.remoteType !== 'appointment') return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  if (!SAFE_ID.test(hint.remoteId)) return refused('The id is not one of Acuity.');
  const appointment = await acuityClient(access, ports).read(`/appointments/${hint.remoteId}`, 'the appointment', Appointment);
  if (!appointment.ok) return appointment;
  // Another object than the one asked for would be written over somebody else's.
  if (appointment.value.id !== hint.remoteId) return shapeUnknown('Acuity answered with another appointment than the one asked for.');
  const changes = appointmentChanges(appointment.value, access.settings);
  return changes ? ok(changes) : shapeUnknown('Acuity: the time of the appointment has no offset.');
};
