import { z } from 'zod';
import { err, ok } from '../../core/contract/result.ts';
import { callJson } from '../../core/vendors/calls.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { LEAVE_SCOPE, PROTECTED_PATH } from './provider.ts';

/** A made-up system whose people give leave at a real provider; it can be tried out, looked at and read again. */
export const GRANTING = 'granting';

export function grantingVendor(issuer: string): VendorModule {
  const read: NonNullable<VendorModule['test']> = async (access, ports) => {
    const answer = await callJson({ who: 'Granting', what: 'the diary', url: `${issuer}${PROTECTED_PATH}`, headers: { authorization: `Bearer ${access.secrets['accessToken'] ?? ''}` }, shape: z.object({ owner: z.string() }) }, ports);
    return answer.ok ? ok({ account: answer.value.owner, details: ['It answers.'] }) : answer;
  };
  return {
    manifest: {
      id: GRANTING, name: 'Granting', category: 'calendar', paths: ['native'],
      capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
      fields: [
        { key: 'clientId', label: 'Client ID', help: '', sensitive: false, required: true },
        { key: 'clientSecret', label: 'Client secret', help: '', sensitive: true, required: true },
      ],
      oauth: { authorizeUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token`, scopes: [LEAVE_SCOPE], pkce: true, extra: {}, clientAuth: 'basic' },
      guides: [{ path: 'native', brings: 'Entries.', steps: ['Give leave.'] }],
      webhook: { headers: [], mediaTypes: ['application/json'], events: ['changed'], verification: 'secret_url', toleranceSeconds: null, handshake: false },
      bridge: null, file: null, mail: null, masks: [], limits: { perSecond: null, atOnce: null }, missing: ['Nothing else.'], sources: [],
    },
    webhook: {
      verify: (request) => ok({ deliveryKey: Buffer.from(request.rawBody).toString('utf8'), vendorEvent: 'changed', bodyText: Buffer.from(request.rawBody).toString('utf8') }),
      normalise: () => ok({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: '1' }] }),
    },
    reread: async (_hint, access, ports) => {
      const answer = await read(access, ports);
      return answer.ok ? ok([{ kind: 'contact', remote: { type: 'client', id: '1', version: null }, wedding: {}, occurredAt: null, fields: { role: 'other', name: answer.value.account ?? 'Nobody' } }]) : err(answer.error);
    },
    poll: { everySeconds: 600, read: () => Promise.resolve(ok({ items: [], cursor: 'x', more: false })), normalise: () => ok({ kind: 'ignored', why: 'nothing' }) },
    test: read,
  };
}
