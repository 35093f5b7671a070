import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { apiClient, bearer } from '../apiClient.ts';
import { refused, shapeUnknown } from '../calls.ts';
import type { VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { RECEIVED, receivedOf, SAFE_ID } from './mapping.ts';

const text = z.string().nullish();
/** The parts of a received mail that we read. */
const Received = z.object({ id: z.string(), from: z.string(), to: z.array(z.string()), subject: text, text, created_at: text });

/** A mail that came in, with its text; asked for only where the connection says so. */
export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports) => {
  if (hint.remoteType !== RECEIVED) return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  if (!SAFE_ID.test(hint.remoteId)) return refused('The id is not one of Resend.');
  const client = apiClient({ who: 'Resend', baseUrl: DEFAULT_BASE_URL, headers: (of) => bearer(of, 'apiKey') }, access, ports);
  const mail = await client.read(`/emails/receiving/${hint.remoteId}`, 'the received mail', Received);
  if (!mail.ok) return mail;
  // Another mail than the one asked for would be written over it.
  return mail.value.id === hint.remoteId ? ok([receivedOf(mail.value.id, mail.value)]) : shapeUnknown('Resend answered with another mail than the one asked for.');
};
