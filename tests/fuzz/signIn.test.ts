import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { ErrorBody } from '../../core/contract/http.ts';
import { AUTH_PATH } from '../../server/accounts/auth.ts';
import { OPEN_CALLS } from '../../server/accounts/http/mount.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';
import { asker } from './ask.ts';
import { prototypeIsClean, wrongWith } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';
import { validShots, wrongShots } from './shots.ts';

let t: TestStore;
let test: TestApp;
let url: string;
let line: ReturnType<typeof asker>;
const unhandled = watchUnhandled();

beforeAll(async () => {
  t = await openTestStore();
  const boundless = 1_000_000_000;
  test = testApp(t.store, { config: { signInPerMinute: boundless, apiPerMinute: boundless, enrolPerMinute: boundless } });
  url = await test.listen();
  line = asker(url);
}, 90_000);
afterAll(async () => {
  line.close();
  await test.app.close();
  await t.cleanup();
  unhandled.stop();
});

const text = z.string().max(200);
/** What `core/contract/accounts.ts` says of the calls of the library, which has no schemas of its own to derive from. */
const BODIES: Readonly<Record<string, z.ZodType>> = {
  '/sign-in/email': z.object({ email: z.email(), password: z.string().min(12).max(128), rememberMe: z.boolean().optional() }),
  '/sign-in/sso': z.object({ email: z.email(), callbackURL: z.enum(['/#signed-in', '//evil.example', 'https://evil.example/']), errorCallbackURL: z.literal('/#sign-on-failed') }),
  '/request-password-reset': z.object({ email: z.email() }),
  '/reset-password': z.object({ token: text, newPassword: text }),
  '/change-password': z.object({ currentPassword: text, newPassword: text, revokeOtherSessions: z.boolean().optional() }),
  '/two-factor/verify-totp': z.object({ code: z.string().regex(/^\d{6}$/), trustDevice: z.boolean().optional() }),
  '/two-factor/verify-backup-code': z.object({ code: text }),
  '/passkey/verify-authentication': z.object({ response: z.object({ id: text, rawId: text, type: z.literal('public-key'), response: z.object({ clientDataJSON: text, authenticatorData: text, signature: text }), clientExtensionResults: z.object({}) }) }),
  '/passkey/verify-registration': z.object({ response: z.object({ id: text, rawId: text, type: z.literal('public-key'), response: z.object({ clientDataJSON: text, attestationObject: text }) }), name: text.optional() }),
  '/passkey/delete-passkey': z.object({ id: z.uuid() }),
};
const CALLS = (Object.keys(OPEN_CALLS) as (keyof typeof OPEN_CALLS)[]).flatMap((method) => OPEN_CALLS[method].map((path) => [method, path] as const));

it.each(CALLS)('%s %s answers by the same rules as everything else', async (method, path) => {
  const endpoint = { method, path: `${AUTH_PATH}${path}`, request: method === 'POST' ? { body: BODIES[path] ?? z.object({ password: text }) } : {}, success: null };
  const pool = [t.organisation.id, t.device.id];
  const shots = fc.oneof({ weight: 1, arbitrary: validShots(endpoint, pool) }, { weight: 2, arbitrary: wrongShots(endpoint, pool) });
  const own = { origin: url, 'sec-fetch-site': 'same-origin' };
  const cookies = fc.constantFrom({}, { cookie: 'better-auth.session_token=x.y; wedsync_device=z' }, { cookie: 'better-auth.session_token=%00; better-auth.two_factor=__proto__' }, { cookie: `wedsync.session_token=${'a'.repeat(3_000)}` });
  await rounds(path, (seed) =>
    fc.assert(
      fc.asyncProperty(shots, fc.boolean(), cookies, async (shot, page, cookie) => {
        const made = { ...shot, headers: { ...(page ? own : {}), ...cookie, ...shot.headers } };
        const answer = await line.ask(made);
        if (answer === null) throw new Error('no answer');
        // A provider's way back ends with us, whatever came with it.
        if (answer.status === 302) {
          expect(new URL(String(answer.headers.location), url).origin).toBe(url);
          return;
        }
        expect(wrongWith(made, answer, null), `${shot.method} ${shot.path.slice(0, 200)} ${JSON.stringify(made.headers).slice(0, 300)} ${shot.body?.subarray(0, 300).toString() ?? ''}`).toBeNull();
        expect(answer.body).not.toMatch(/"token"/);
        expect(prototypeIsClean()).toBe(true);
      }),
      { seed, numRuns: 20, endOnFailure: true },
    ),
  );
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);

// Found by ten minutes of the above: the database refuses a NUL, which was answered as a fault of ours.
it.each([
  ['/sign-in/email', { email: 'a\0b', password: 'long enough to be one' }],
  ['/reset-password', { token: 'a\0b', newPassword: 'long enough to be one' }],
  ['/request-password-reset', { email: 'a\0b@venue.example' }],
  ['/passkey/verify-authentication', { response: { id: 'a\0', rawId: 'b', type: 'public-key', response: { 'na\0me': '' } } }],
])('%s refuses a NUL as bad input', async (path, body) => {
  const answer = await line.ask({ method: 'POST', path: `${AUTH_PATH}${path}`, headers: { 'content-type': 'application/json', origin: url, 'sec-fetch-site': 'same-origin' }, body: Buffer.from(JSON.stringify(body)) });
  expect([answer?.status, answer ? ErrorBody.parse(JSON.parse(answer.body)).error.code : null]).toEqual([400, 'request.invalid']);
});
