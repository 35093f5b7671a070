import { Events, OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP_LEAVE_ADDRESS } from '../../../core/contract/systems.ts';
import { GRANTING, grantingVendor } from '../../support/grantingVendor.ts';
import { leaveAt, openLeavingHouse, type LeavingHouse } from '../../support/leaving.ts';

/** Leave at a provider that gives everybody what he asks for, and whose answers can be bent: what vendors really send. */
type Token = Record<string, unknown> | '';
let server: OAuth2Server;
let house: LeavingHouse;
const asked: Record<string, unknown>[] = [];

beforeAll(async () => {
  server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = issuer;
  house = await openLeavingHouse(leaveAt(grantingVendor(issuer), `${issuer}/authorize`, `${issuer}/token`), new URL(issuer).host);
  server.service.on(Events.BeforeTokenSigning, (_token, request) => void asked.push({ ...request.body }));
}, 60_000);
afterAll(async () => {
  await house.close();
  await server.stop();
});

/** The next answer of the token endpoint, bent. */
const bend = (change: (body: Token) => { readonly status?: number; readonly body: Token }) =>
  server.service.once(Events.BeforeResponse, (response) => {
    const { status, body } = change(response.body as Token);
    response.body = body;
    if (status !== undefined) response.statusCode = status;
  });
const also = (more: Record<string, unknown>) => bend((body) => ({ body: { ...(body as object), ...more } }));

async function connected(): Promise<string> {
  const { connection } = await house.owner.get('connect', { body: { system: GRANTING, path: 'native', settings: { clientId: 'wedsync' }, secrets: { clientSecret: 'any secret' } } });
  return connection.id;
}
async function visit(id: string): Promise<string> {
  const { authorizeUrl } = await house.owner.get('askLeave', { id, body: { redirectUri: DESKTOP_LEAVE_ADDRESS } });
  const answer = await fetch(authorizeUrl, { redirect: 'manual' });
  return answer.headers.get('location') ?? '';
}
async function given(more: Record<string, unknown> = {}): Promise<string> {
  const id = await connected();
  const callbackUrl = await visit(id);
  also({ expires_in: 600, refresh_token: 'refresh-one', ...more });
  await house.owner.get('leaveGiven', { body: { callbackUrl } });
  return id;
}
async function secretsOf(id: string): Promise<Readonly<Record<string, string>>> {
  const access = await house.access(id);
  if (!access.ok) throw new Error(access.error.code);
  return access.value.secrets;
}

describe('leave', () => {
  it('is asked for with PKCE, and the code is exchanged with its verifier and the same redirect address', async () => {
    const id = await given();
    expect(asked.at(-1)).toMatchObject({ grant_type: 'authorization_code', redirect_uri: DESKTOP_LEAVE_ADDRESS, code_verifier: expect.stringMatching(/^[\w~.-]{43,128}$/) as string });
    expect((await secretsOf(id))['refreshToken']).toBe('refresh-one');
  });

  it('is not given by a code with a verifier of somebody else', async () => {
    const id = await connected();
    const [first, second] = [new URL(await visit(id)), new URL(await visit(id))];
    // The code of one request with the state of the other.
    second.searchParams.set('code', first.searchParams.get('code') ?? '');
    expect((await house.owner.ask('leaveGiven', { body: { callbackUrl: second.href } })).code()).toBe('connect.leave_failed');
    expect((await house.owner.get('setup', { id })).leave?.given).toBe(false);
  });

  it.each<[string, number, Token]>([
    ['an error page with 500', 500, ''],
    ['no access token', 200, { token_type: 'Bearer' }],
    ['an error with 400', 400, { error: 'invalid_client' }],
    ['a token of a kind that nobody can use', 200, { access_token: 'x', token_type: 'mac' }],
  ])('is not given by %s', async (_name, status, body) => {
    const id = await connected();
    const callbackUrl = await visit(id);
    bend(() => ({ status, body }));
    expect((await house.owner.ask('leaveGiven', { body: { callbackUrl } })).code()).toBe('connect.leave_failed');
    expect((await house.owner.get('setup', { id })).leave?.given).toBe(false);
  });

  it.each([
    ['members that are null', { scope: null, id_token: null }, true],
    ['a lifetime as text', { expires_in: '600' }, true],
    ['a lifetime of nothing, which means none', { expires_in: 0 }, false],
  ])('takes %s as vendors mean it', async (_name, more, ends) => {
    const id = await given(more);
    expect((await house.owner.get('setup', { id })).leave).toMatchObject({ given: true, until: ends ? expect.any(String) : null });
  });
});

describe('renewing', () => {
  it('asks with the refresh token, keeps it where none comes back, and takes a new one where one does', async () => {
    const id = await given();
    house.clock.advance(400_000);
    bend((body) => {
      const { refresh_token: _none, ...rest } = body as Record<string, unknown>;
      return { body: { ...rest, access_token: 'access-two', expires_in: 600 } };
    });
    const second = await secretsOf(id);
    expect(asked.at(-1)).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-one' });
    expect([second['accessToken'], second['refreshToken']]).toEqual(['access-two', 'refresh-one']);
    house.clock.advance(400_000);
    also({ expires_in: 600, refresh_token: 'refresh-two' });
    expect((await secretsOf(id))['refreshToken']).toBe('refresh-two');
    house.clock.advance(400_000);
    also({ expires_in: 600 });
    await secretsOf(id);
    expect(asked.at(-1)).toMatchObject({ refresh_token: 'refresh-two' });
  });

  it('tells a provider that stumbles from one that has taken its leave back', async () => {
    const id = await given();
    house.clock.advance(700_000);
    bend(() => ({ status: 503, body: '' }));
    expect(await house.access(id)).toMatchObject({ ok: false, error: { code: 'connect.leave_failed', retryable: true } });
    also({ expires_in: 600 });
    expect(await house.access(id)).toMatchObject({ ok: true });
    house.clock.advance(700_000);
    bend(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    expect(await house.access(id)).toMatchObject({ ok: false, error: { code: 'connect.leave_ended' } });
    expect((await house.owner.get('setup', { id })).leave).toMatchObject({ ended: true });
    // Nobody is asked again until a person has given leave anew.
    const before = asked.length;
    expect(await house.access(id)).toMatchObject({ ok: false, error: { code: 'connect.leave_ended' } });
    expect(asked.length).toBe(before);
  });
});
