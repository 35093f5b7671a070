import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Certificates, Clock, Hashing, Http } from '../../core/ports/ports.ts';
import type { VendorSamples } from '../conformance/samples.ts';
import type { StoredDelivery, WebhookPart, WebhookRequest, VendorModule } from '../../core/vendors/vendor.ts';

/** Real parts behind core's ports, and the fixtures of a vendor. */

export const hashing: Hashing = {
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

/** Proves nothing; a vendor with certificates brings its own. */
export const noCertificates: Certificates = { provenBy: () => false };

export const CALLED_URL = 'https://hooks.example.test/api/integrations/webhook/system/key_0123456789';

/** A POST as it reaches a vendor's folder. */
export function call(rawBody: Uint8Array, headers: Readonly<Record<string, string>>, more: Partial<WebhookRequest> = {}): WebhookRequest {
  return { method: 'POST', url: CALLED_URL, query: {}, rawBody, headers, mediaType: 'application/json', ...more };
}

/** A delivery as it was stored. */
export function stored(bodyText: string, more: Partial<StoredDelivery> = {}): StoredDelivery {
  return { bodyText, mediaType: 'application/json', vendorEvent: null, receivedAt: '2026-11-20T12:00:00.000Z', settings: {}, ...more };
}

export function webhookOf(vendor: VendorModule): WebhookPart {
  if (!vendor.webhook) throw new Error(`${vendor.manifest.id} takes no webhooks`);
  return vendor.webhook;
}

/** A vendor's own way to prove a call. */
export function proverOf(samples: VendorSamples): NonNullable<VendorSamples['prove']> {
  if (!samples.prove) throw new Error(`${samples.vendor.manifest.id} proves no calls`);
  return samples.prove;
}

export const clockAt = (ms: number): Clock => ({ now: () => ms });

export const fetchHttp: Http = {
  async send({ method, url, headers, body, timeoutMs, redirect }) {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(timeoutMs), ...(redirect === 'told' ? { redirect: 'manual' } : {}), ...(body === undefined ? {} : { body }) });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  },
};

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const folderOf = (vendor: string): URL => new URL(`./${vendor}/fixtures/`, import.meta.url);

export function fixture(vendor: string, name: string): string {
  return readFileSync(new URL(`${name}.json`, folderOf(vendor)), 'utf8');
}

export function fixtures(vendor: string): { readonly name: string; readonly body: string }[] {
  return readdirSync(folderOf(vendor))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: file.slice(0, -'.json'.length), body: fixture(vendor, file.slice(0, -'.json'.length)) }));
}
