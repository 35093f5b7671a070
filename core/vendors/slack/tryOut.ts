import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { callJson, failed, noAccess } from '../calls.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

/** Slack answers 200 to everything; whether it worked stands in the body. */
const Answer = z.union([
  z.object({ ok: z.literal(true), team: z.string(), user: z.string() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const token = access.secrets['botToken'];
  if (!token) return noAccess('The connection has no bot token; messages come in without one, but it cannot be tried out.');
  const url = `${(access.settings['baseUrl'] || DEFAULT_BASE_URL).replace(/\/+$/, '')}/auth.test`;
  const answer = await callJson(
    { who: 'Slack', what: 'who we are', method: 'POST', url, headers: { authorization: `Bearer ${token}` }, shape: Answer },
    ports,
  );
  if (!answer.ok) return answer;
  if (!answer.value.ok) {
    const why = /^[a-z_]{1,60}$/.test(answer.value.error) ? answer.value.error : 'an unknown reason';
    return why === 'ratelimited' || why === 'internal_error' || why === 'request_timeout'
      ? failed(`Slack answered: ${why}.`)
      : noAccess(`Slack answered: ${why}.`);
  }
  return ok({ account: shortText(answer.value.team), details: [`Signed in as ${shortText(answer.value.user) ?? 'the app'}`] });
};
