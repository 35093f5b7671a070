import { describe, expect, it } from 'vitest';
import { VENDORS } from '../../../../core/vendors/registry.ts';
import { headersForStore, headersForVerify, mediaTypeOf } from '../../../../server/intake/headers.ts';

describe('headers of a webhook', () => {
  it('are only those on the list, plus media type and authorization, for the proof', () => {
    const kept = headersForVerify({ 'x-event': 'a', 'x-other': 'b', cookie: 'c', authorization: 'Bearer d', 'content-type': 'application/json', 'x-many': ['1', '2'] }, ['x-event', 'x-many', 'x-absent']);
    expect(kept).toEqual({ 'x-event': 'a', 'x-many': '1, 2', authorization: 'Bearer d', 'content-type': 'application/json' });
  });

  it('are stored without anything that proves or opens something', () => {
    const sensitive = ['authorization', 'cookie', 'x-api-key', 'x-auth-token', 'stripe-signature', 'x-hub-signature-256', 'x-secret'];
    const headers = Object.fromEntries([...sensitive, 'x-event', 'x-unlisted'].map((name) => [name, 'v']));
    expect(headersForStore(headers, [...sensitive, 'x-event'])).toEqual({ 'x-event': 'v' });
  });

  it('of no vendor let a proof into the store', () => {
    for (const vendor of VENDORS.values()) {
      const listed = vendor.manifest.webhook?.headers ?? [];
      const stored = Object.keys(headersForStore(Object.fromEntries(listed.map((name) => [name, 'v'])), listed));
      for (const name of stored) expect(name).not.toMatch(/signature|authorization|token/);
    }
  });

  it('tell the media type without parameters', () => {
    expect(mediaTypeOf('Application/JSON; charset=utf-8')).toBe('application/json');
    expect(mediaTypeOf(undefined)).toBe('');
  });
});
