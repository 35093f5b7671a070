import type { Store } from '../store/store.ts';

/** Every way in which personal data leaves the server for a device, as the audit log names it. */
export const READS = {
  'stream.connected': 'opened the live stream',
  'stream.snapshot': 'was sent the whole record',
  'stream.left': 'left the live stream',
  'record.read': 'asked for the record at a moment',
  'classic.read': 'opened a classic page',
  'history.read': 'asked what happened to a row',
  'deliveries.read': 'asked for the deliveries of a connection',
  'people.read': 'asked who belongs to the organisation and who is invited',
  'devices.read': 'asked for the devices',
  'personal_data.exported': 'exported what is held of a contact',
  'personal_data.previewed': 'asked what forgetting a contact would do',
  'personal_data.readers': 'asked who was told of a contact',
} as const;
export type Read = keyof typeof READS;

/** Subject of a read that is of everything the device may see. */
export const ORGANISATION_SUBJECT = 'organisation';

/** Leaves the trace; equal ones of a minute are one line with a count, so that nobody can flood the log by reading. */
export function auditRead(store: Pick<Store, 'audit'>, read: Read, device: { readonly id: string; readonly organisationId: string }, subject: string, at: string): void {
  store.audit({ organisationId: device.organisationId, at, action: read, actor: device.id, subject, outcome: 'ok' });
}
