import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock, Hashing, Http } from '../../core/ports/ports.ts';

/** Real parts behind core's ports, and the fixtures of a vendor. */

export const hashing: Hashing = {
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

export const clockAt = (ms: number): Clock => ({ now: () => ms });

export const fetchHttp: Http = {
  async send({ method, url, headers, body, timeoutMs }) {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(timeoutMs), ...(body === undefined ? {} : { body }) });
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
