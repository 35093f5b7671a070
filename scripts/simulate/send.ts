import Stripe from 'stripe';
import { z } from 'zod';
import { ErrorBody, WebhookReceipt } from '../../core/contract/http.ts';

/** Senders of webhooks as the vendors send them, each with its own proof. Used by the simulation and by tests. */

/** The connection that a webhook is meant for: one of the demo card's. */
export interface SendTo {
  /** The server's address without a slash at the end. */
  readonly url: string;
  readonly connection: { readonly path: string; readonly secrets: Readonly<Record<string, string>> };
}

export interface Sent {
  readonly status: number;
  /** `refused` = answered with an error; `failed` = no usable answer. */
  readonly outcome: 'accepted' | 'duplicate' | 'ignored' | 'refused' | 'failed';
  /** Error code of a refusal, or why there was no usable answer. */
  readonly code: string | null;
  readonly deliveryId: string | null;
  /** From the first byte out to the whole answer in. */
  readonly ms: number;
}

const TIMEOUT_MS = 15_000;
const Answer = z.union([WebhookReceipt, ErrorBody]);

/** Posts exactly these bytes. Never rejects: a dead line is an outcome too. */
export async function post(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Promise<Sent> {
  const started = performance.now();
  const done = (status: number, outcome: Sent['outcome'], code: string | null, deliveryId: string | null): Sent => {
    return { status, outcome, code, deliveryId, ms: performance.now() - started };
  };
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    const answer = Answer.safeParse(await response.json());
    if (!answer.success) return done(response.status, response.ok ? 'failed' : 'refused', 'answer_unknown', null);
    if ('error' in answer.data) return done(response.status, 'refused', answer.data.error.code, null);
    return done(response.status, answer.data.status, null, answer.data.deliveryId);
  } catch (cause) {
    const reason = cause instanceof Error ? ((cause.cause as NodeJS.ErrnoException | undefined)?.code ?? cause.name) : 'unknown';
    return done(0, 'failed', reason, null);
  }
}

export interface StripeEventInput {
  readonly id: string;
  readonly type: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly data: { readonly object: Readonly<Record<string, unknown>> };
}

/** The event in Stripe's envelope, as text: what is signed and sent. */
export function stripePayload(event: StripeEventInput): string {
  const envelope = { object: 'event', api_version: '2026-10-28.endive', livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null } };
  return JSON.stringify({ ...envelope, ...event });
}

/** Signed by Stripe's own library. `secret` and `timestamp` (seconds) are for tests of refusals. */
export function sendStripe(to: SendTo, event: StripeEventInput, overrides: { readonly secret?: string; readonly timestamp?: number } = {}): Promise<Sent> {
  const payload = stripePayload(event);
  const secret = overrides.secret ?? to.connection.secrets['signingSecret'] ?? '';
  const timestamp = overrides.timestamp ?? Math.floor(Date.now() / 1000);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return post(to.url + to.connection.path, payload, {
    'content-type': 'application/json; charset=utf-8',
    'stripe-signature': signature,
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  });
}

/** Our documented field names, see the vendor's README. */
export type HoneybookInput = Readonly<Record<string, string | number>>;

/** As a Zap or a scenario posts it: JSON, or a form with `form: true`. `token` is for tests of refusals. */
export function sendHoneybook(to: SendTo, fields: HoneybookInput, options: { readonly form?: boolean; readonly token?: string } = {}): Promise<Sent> {
  const text = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  const body = options.form === true ? new URLSearchParams(text).toString() : JSON.stringify(fields);
  return post(to.url + to.connection.path, body, {
    'content-type': options.form === true ? 'application/x-www-form-urlencoded' : 'application/json',
    authorization: `Bearer ${options.token ?? to.connection.secrets['bearerToken'] ?? ''}`,
    'user-agent': 'Zapier',
  });
}

/** As a REST hook calls: `targetId` alone, the event in the address that was given for it. The object itself has to be in the stand-in before. */
export function sendVscoHint(to: SendTo, hint: { readonly event: string; readonly id: string }): Promise<Sent> {
  return post(`${to.url}${to.connection.path}?event=${encodeURIComponent(hint.event)}`, JSON.stringify({ targetId: hint.id }), { 'content-type': 'application/json' });
}
