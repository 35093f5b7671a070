import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resend } from '../../../core/vendors/resend/index.ts';
import { bytes, call, clockAt, hashing, noCertificates, webhookOf } from '../ports.ts';
import { nowMs, samples, SECRET } from './samples.ts';

/** Our recipe for Svix calls beside the two libraries that the vendor names (decision 9 says why it is our own): the same calls are believed. */
const part = webhookOf(resend);
const OTHER = `whsec_${Buffer.from('another-fixture-secret-32-bytes!').toString('base64')}`;
const SECONDS = nowMs / 1000;

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

interface Sent {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
}
const ours = ({ id, timestamp, signature, body }: Sent): boolean =>
  part.verify(call(bytes(body), { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature }), samples.access, { hashing, clock: clockAt(nowMs), certificates: noCertificates }).ok;
const believes = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch {
    // Both say no by throwing, each with words of its own.
    return false;
  }
};
const theirs = ({ id, timestamp, signature, body }: Sent): boolean[] => [
  believes(() => new Webhook(SECRET).verify(body, { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature })),
  believes(() => new SvixWebhook(SECRET).verify(body, { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature })),
];

const body = fc.record({ type: fc.constantFrom('email.delivered', 'email.bounced'), data: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 12 }), { maxKeys: 4 }) }).map((each) => JSON.stringify(each));
const signedBy = fc.constantFrom<(id: string, at: Date, body: string) => string>(
  (id, at, text) => new Webhook(SECRET).sign(id, at, text),
  (id, at, text) => new SvixWebhook(SECRET).sign(id, at, text),
  (id, at, text) => new Webhook(OTHER).sign(id, at, text),
);
const offset = fc.oneof(fc.constantFrom(0, 299, 300, 301, -299, -300, -301), fc.integer({ min: -100_000, max: 100_000 }));
const whole = fc.record({ body, sign: signedBy, offset, id: fc.stringMatching(/^msg_[A-Za-z0-9]{5,30}$/) }).map(({ body: text, sign, offset: off, id }): Sent => {
  const at = SECONDS + off;
  return { id, timestamp: String(at), body: text, signature: sign(id, new Date(at * 1000), text) };
});

/** One thing of the call is not as it was signed. */
const harm = fc.constantFrom<(sent: Sent) => Sent>(
  (sent) => sent,
  (sent) => ({ ...sent, signature: `${new Webhook(OTHER).sign(sent.id, new Date(nowMs), sent.body)} ${sent.signature}` }),
  (sent) => ({ ...sent, signature: `v1a,${Buffer.alloc(64).toString('base64')} ${sent.signature}` }),
  (sent) => ({ ...sent, body: `${sent.body} ` }),
  (sent) => ({ ...sent, id: `${sent.id}x` }),
  (sent) => ({ ...sent, timestamp: String(Number(sent.timestamp) + 1) }),
  (sent) => ({ ...sent, timestamp: 'now' }),
  (sent) => ({ ...sent, signature: sent.signature.slice(3) }),
  (sent) => ({ ...sent, signature: sent.signature.replace('v1,', 'v2,') }),
  (sent) => ({ ...sent, signature: sent.signature.slice(0, -2) }),
  (sent) => ({ ...sent, signature: '' }),
  (sent) => ({ ...sent, id: '' }),
);

describe('calls signed through Svix', () => {
  it('are believed where both libraries believe them, and refused where they refuse', () => {
    let believed = 0;
    fc.assert(
      fc.property(whole, harm, (sent, change) => {
        const harmed = change(sent);
        const answer = ours(harmed);
        if (answer) believed += 1;
        expect(theirs(harmed)).toEqual([answer, answer]);
      }),
      { numRuns: 600 },
    );
    // Both answers came, or the property would say nothing.
    expect(believed).toBeGreaterThan(20);
    expect(believed).toBeLessThan(500);
  });

  it('are refused by us alone where the libraries are lenient: a time that is no whole number', () => {
    const text = '{"type":"email.delivered","data":{}}';
    const sent = { id: 'msg_1', body: text, timestamp: `${SECONDS}.9`, signature: new Webhook(SECRET).sign('msg_1', new Date(nowMs), text) };
    expect(theirs(sent)).toEqual([true, true]);
    expect(ours(sent)).toBe(false);
  });
});
