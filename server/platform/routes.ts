import type { FastifyInstance } from 'fastify';
import { PLATFORM_HTTP } from '../../core/contract/platform.ts';
import type { Context } from '../accounts/context.ts';
import { note } from '../accounts/context.ts';
import { sessionOf } from '../accounts/http/caller.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { Platform } from './analytics.ts';

const REFUSED = {
  not_marked: refusal(403, 'auth.forbidden', 'This account is not marked as the platform\'s own.'),
  second_factor_needed: refusal(403, 'auth.second_factor_needed', 'This needs a sign-in with a code of the second factor.'),
} as const;
/** Subject of its lines in the audit log, which are of no organisation. */
const SUBJECT = 'platform';

/** What a marked account may ask, over all houses. A device opens none of it, whatever its role. */
export function platformRoutes(app: FastifyInstance, context: Context, platform: Platform): void {
  const { analytics } = PLATFORM_HTTP;
  app.route({
    method: analytics.method,
    url: analytics.path,
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const standing = await platform.standing(session.value);
      const refused = standing === 'marked' ? null : REFUSED[standing];
      note(context, 'platform.analytics_read', session.value.accountId, SUBJECT, refused?.error.code ?? 'ok');
      return refused ? sendRefusal(reply, refused) : reply.send(await platform.analytics());
    },
  });
}
