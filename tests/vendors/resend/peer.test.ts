import type { Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resend } from '../../../core/vendors/resend/index.ts';
import { startEmulated } from '../../support/emulated.ts';
import { clockAt, fetchHttp } from '../ports.ts';

/** A stand-in that somebody else has written. It has nowhere to register an address for its events, so it calls nobody of ours. */
let peer: Emulator;
beforeAll(async () => {
  peer = await startEmulated('resend', { domains: [{ name: 'orchard.example' }, { name: 'barn.example' }] });
}, 30_000);
afterAll(() => peer.close());

it('is tried out against it', async () => {
  const report = await resend.test!({ connectionId: 'c', settings: { baseUrl: peer.url }, secrets: { apiKey: 're_peer_key' } }, { http: fetchHttp, clock: clockAt(0) });
  expect(report).toEqual({ ok: true, value: { account: 'orchard.example', details: ['orchard.example: verified', 'barn.example: verified'] } });
});
