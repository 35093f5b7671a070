import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NEW_ENQUIRY_SETTINGS } from '../../core/contract/enquiries.ts';
import { TRAP } from '../../server/enquiries/form.ts';
import { createEnquiryPages } from '../../server/enquiries/pages.ts';
import { ASK } from '../../server/enquiries/paths.ts';
import { ASK_POLICY } from '../../server/enquiries/style.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';
import { takingHouse } from '../support/taking.ts';
import { asker, type Answer } from './ask.ts';
import { HOSTILE } from './hostile.ts';
import { prototypeIsClean } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';

/** The page for couples: whatever is sent, the answer is a page of ours with nothing in it that runs, and the record still replays to what stands. */

let t: TestStore;
let test: TestApp;
let url: string;
let token: string;
let hall: string;
let line: ReturnType<typeof asker>;
const unhandled = watchUnhandled();

beforeAll(async () => {
  t = await openTestStore();
  const boundless = 1_000_000_000;
  test = testApp(t.store, { config: { apiPerMinute: boundless, strangerPerMinute: boundless, enquiryPagesPerMinute: boundless, enquiriesPerHour: boundless } });
  url = await test.listen();
  line = asker(url);
  hall = await takingHouse(t).resource('room', 'Great Hall');
  const saved = await createEnquiryPages(t.store.internals).save(t.device, { basedOnVersion: 0, settings: { ...NEW_ENQUIRY_SETTINGS, open: true, roomIds: [hall] } }, url);
  if (!saved.ok) throw new Error(saved.error.message);
  token = saved.value.url?.slice(-43) ?? '';
}, 90_000);
afterAll(async () => {
  line.close();
  await test.app.close();
  await t.cleanup();
  unhandled.stop();
});

const ANSWERS: readonly number[] = [200, 303, 400, 403, 404, 405, 408, 409, 411, 413, 414, 415, 417, 421, 422, 429, 431];
const INTERNALS = /node_modules|\bat \S+ \(|\.ts:\d|\bselect .+ from\b|relation "|syntax error|violates|zod|fastify|kysely|TypeError|undefined|\[object/i;

function wrongWith({ status, headers, body }: Answer): string | null {
  if (!ANSWERS.includes(status)) return `status ${status}: ${body.slice(0, 300)}`;
  if (headers['set-cookie'] !== undefined) return 'a cookie';
  const type = String(headers['content-type'] ?? '');
  if (type.startsWith('application/problem+json')) return status >= 400 ? null : 'a problem that is none';
  if (status === 303) return String(headers.location).startsWith(`/ask/${token}/received/`) ? null : `leads to ${String(headers.location)}`;
  if (body === '') return null;
  if (type !== 'text/html; charset=utf-8') return `a page of type ${type}`;
  if (headers['content-security-policy'] !== ASK_POLICY) return 'a page under another policy';
  if (headers['cache-control'] !== 'no-store') return 'a page that may be kept';
  const own = body.replace(/<style>[^<]*<\/style>/, '');
  if (/<(script|img|svg|iframe|object|embed|base|link|meta http-equiv)\b|<[^>]*\son\w+\s*=/i.test(own)) return `something that may run: ${own.slice(0, 500)}`;
  return INTERNALS.test(own) ? `internals: ${INTERNALS.exec(own)?.[0] ?? ''}` : null;
}

/** What is echoed into a field must not look like a fault of ours. */
const HOSTILE_TEXT = HOSTILE.filter((one) => typeof one === 'string').filter((one) => !INTERNALS.test(one));
const text = fc.oneof(fc.constantFrom(...HOSTILE_TEXT), fc.constantFrom('<script>x</script>', '"><img src=x onerror=1>', "' onfocus='1", '\0', '%00', '__proto__', '1', '{{house}}', '2027-06-31', '9999-12-31', '//evil.example'), fc.string({ maxLength: 60 }).filter((one) => !INTERNALS.test(one)));
const names = fc.constantFrom('names', 'email', 'phone', 'date', 'room', 'guests', 'message', 'commandId', TRAP, 'month', '__proto__', 'constructor');
const fields = fc.array(fc.tuple(names, text), { maxLength: 8 });
const encoded = (pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed()).slice(0, 4_000)}`).join('&');
/** A day that the page offers whenever this runs. */
const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

it.each(Object.entries(ASK))('%s', async (name, path) => {
  const shots = fc.record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'HEAD', 'PUT'),
    whose: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: text }),
    id: fc.oneof(fc.constantFrom(randomUUID(), 'x'), text),
    query: fields,
    form: fields,
    right: fc.option(fc.record({ day: fc.integer({ min: 2, max: 300 }), names: text, message: text }), { nil: null, freq: 3 }),
    type: fc.constantFrom('application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data; boundary=x', ''),
    from: fc.constantFrom<Record<string, string>>({ origin: url }, { origin: url }, { 'sec-fetch-site': 'same-origin' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, {}),
  });
  await rounds(name, (seed) =>
    fc.assert(
      fc.asyncProperty(shots, async ({ method, whose, id, query, form, right, type, from }) => {
        const at = path.replace(':token', whose === null ? token : encodeURIComponent(whose.toWellFormed()).slice(0, 300)).replace(':id', encodeURIComponent(id.toWellFormed()).slice(0, 300));
        // Now and then what the page itself would send, so that what lies behind the form is reached as well.
        const good = right === null ? [] : [['names', `Two ${right.names}`], ['email', 'two@example.org'], ['date', soon(right.day)], ['room', hall], ['message', right.message], ['commandId', randomUUID()]] as const;
        const body = encoded(right === null ? form : good);
        const sends = method === 'POST' || method === 'PUT';
        const headers = { ...from, ...(sends && type !== '' ? { 'content-type': type } : {}) };
        const answer = await line.ask({ method, path: `${at}?${encoded(query)}`, headers, body: sends ? Buffer.from(body) : null });
        const told = `${method} ${at} ${JSON.stringify(headers).slice(0, 200)} ${body.slice(0, 300)}`;
        expect(answer, told).not.toBeNull();
        expect(answer === null ? null : wrongWith(answer), told).toBeNull();
        expect(prototypeIsClean(), told).toBe(true);
      }),
      { seed, numRuns: 60 },
    ),
  );
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);
