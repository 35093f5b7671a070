import type { Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { slack } from '../../../core/vendors/slack/index.ts';
import { startEmulated } from '../../support/emulated.ts';
import { clockAt, fetchHttp } from '../ports.ts';

/** A stand-in that somebody else has written. It believes any token and calls nobody of ours: refusals and proofs are tried in slack.test.ts. */
const TOKEN = 'xoxb-peer-token';
let peer: Emulator;
beforeAll(async () => {
  peer = await startEmulated('slack', { team: { name: 'Orchard Barn', domain: 'orchard-barn' }, users: [{ name: 'events' }], tokens: [{ token: TOKEN, user: 'events', scopes: ['chat:write'] }] });
}, 30_000);
afterAll(() => peer.close());

it('is tried out against it', async () => {
  const report = await slack.test!({ connectionId: 'c', settings: { baseUrl: `${peer.url}/api` }, secrets: { signingSecret: 'x', botToken: TOKEN } }, { http: fetchHttp, clock: clockAt(0) });
  expect(report).toEqual({ ok: true, value: { account: 'Orchard Barn', details: ['Signed in as events'] } });
});
