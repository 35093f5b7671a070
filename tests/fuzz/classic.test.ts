import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROLES } from '../../core/contract/access.ts';
import { SESSION_COOKIE } from '../../core/contract/http.ts';
import { CLASSIC } from '../../server/classic/paths.ts';
import { CLASSIC_POLICY } from '../../server/classic/style.ts';
import { furnish, letIn, type House } from '../support/house.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';
import { asker, type Answer } from './ask.ts';
import { HOSTILE } from './hostile.ts';
import { prototypeIsClean } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';

/** Pages and forms without script: whatever is sent, the answer is a page of ours with nothing in it that runs, or a plain refusal. */

let t: TestStore;
let test: TestApp;
let url: string;
let house: House;
let line: ReturnType<typeof asker>;
const unhandled = watchUnhandled();
const cookies: string[] = [];

beforeAll(async () => {
  t = await openTestStore();
  const boundless = 1_000_000_000;
  test = testApp(t.store, { config: { signInPerMinute: boundless, apiPerMinute: boundless, enrolPerMinute: boundless, managingPerMinute: boundless } });
  url = await test.listen();
  line = asker(url);
  house = await furnish(t.store, t.organisation.id);
  for (const role of ROLES) cookies.push(`${SESSION_COOKIE}=${(await letIn(t.store, house.organisationId, house.access(role))).token}`);
  cookies.push('', `${SESSION_COOKIE}=x`, `${SESSION_COOKIE}=${'a'.repeat(3_000)}`, 'wedsync.session_token=x.y; wedsync_device=%00', `__proto__=1; ${SESSION_COOKIE}`);
}, 90_000);
afterAll(async () => {
  line.close();
  await test.app.close();
  await t.cleanup();
  unhandled.stop();
});

const ANSWERS: readonly number[] = [200, 303, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 422, 429, 431];
const INTERNALS = /node_modules|\bat \S+ \(|\.ts:\d|\bselect .+ from\b|relation "|syntax error|violates|zod|fastify|kysely|better-auth|TypeError|undefined|\[object/i;

function wrongWith({ status, headers, body }: Answer): string | null {
  if (!ANSWERS.includes(status)) return `status ${status}: ${body.slice(0, 300)}`;
  const type = String(headers['content-type'] ?? '');
  if (type.startsWith('application/problem+json')) return status >= 400 ? null : 'a problem that is none';
  if (status === 303) return /^\/classic(\/|\?|$)/.test(String(headers.location)) ? null : `leads to ${String(headers.location)}`;
  if (body === '') return null;
  if (type !== 'text/html; charset=utf-8') return `a page of type ${type}`;
  if (headers['content-security-policy'] !== CLASSIC_POLICY) return 'a page under another policy';
  if (headers['cache-control'] !== 'no-store') return 'a page that may be kept';
  const own = body.replace(/<style>[^<]*<\/style>/, '');
  if (/<(script|img|svg|iframe|object|embed|base|link|meta http-equiv)\b|<[^>]*\son\w+\s*=/i.test(own)) return `something that may run: ${own.slice(0, 500)}`;
  return INTERNALS.test(own) ? `internals: ${INTERNALS.exec(own)?.[0] ?? ''}` : null;
}

/** What is echoed into a field must not look like a fault of ours. */
const HOSTILE_TEXT = HOSTILE.filter((one) => typeof one === 'string').filter((one) => one !== 'undefined');
const text = fc.oneof(fc.constantFrom(...HOSTILE_TEXT), fc.constantFrom('<script>x</script>', '"><img src=x onerror=1>', "' onfocus='1", '\0', '%00', '__proto__', '1', 'today', 'alerts', '//evil.example', 'https://evil.example/#enrol=', 'seen'), fc.string({ maxLength: 60 }));
const names = fc.constantFrom('email', 'password', 'remember', 'code', 'trust', 'link', 'organisationId', 'commandId', 'version', 'back', '__proto__', 'constructor', 'said', 'which', 'after');
const fields = fc.array(fc.tuple(names, text), { maxLength: 6 });
const encoded = (pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed()).slice(0, 2_000)}`).join('&');

it.each(Object.entries(CLASSIC))('%s', async (name, path) => {
  const shots = fc.record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'HEAD', 'PUT'),
    id: fc.oneof(fc.constantFrom(house.here, house.alert, randomUUID()), text),
    query: fields,
    form: fields,
    type: fc.constantFrom('application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data; boundary=x', ''),
    cookie: fc.constantFrom(...cookies),
    from: fc.constantFrom<Record<string, string>>({ origin: url }, { 'sec-fetch-site': 'same-origin' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, {}),
    good: fc.boolean(),
  });
  await rounds(name, (seed) =>
    fc.assert(
      fc.asyncProperty(shots, async ({ method, id, query, form, type, cookie, from, good }) => {
        const at = path.replace(':id', encodeURIComponent(id.toWellFormed()).slice(0, 300));
        // Now and then what a page of ours would send, so that what lies behind the form is reached as well.
        const body = good ? encoded([['commandId', randomUUID()], ['version', '1'], ['back', 'today']]) : encoded(form);
        const sends = method === 'POST' || method === 'PUT';
        const headers = { ...from, ...(cookie === '' ? {} : { cookie }), ...(sends && type !== '' ? { 'content-type': type } : {}) };
        const answer = await line.ask({ method, path: `${at}?${encoded(query)}`, headers, body: sends ? Buffer.from(body) : null });
        const told = `${method} ${at} ${JSON.stringify(headers).slice(0, 200)} ${body.slice(0, 200)}`;
        expect(answer, told).not.toBeNull();
        expect(answer === null ? null : wrongWith(answer), told).toBeNull();
        expect(prototypeIsClean(), told).toBe(true);
      }),
      { seed, numRuns: 60 },
    ),
  );
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);
