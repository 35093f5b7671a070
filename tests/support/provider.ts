import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider_, { type Configuration } from 'oidc-provider';

/** A real OpenID Connect provider on loopback, where everybody who comes is the person that the test says. */
export interface Provider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in there from now on. */
  person: { sub: string; email: string; name: string };
  /** Everybody says no to what is asked of him. */
  denies: boolean;
  /** How often tokens were asked for. */
  readonly tokensAsked: () => number;
  /** Takes all leave back: refresh tokens are refused, access tokens unknown. */
  revokeAll(): void;
  /** Gives leave again from now on. */
  restore(): void;
  /** Where the provider may send people back to. */
  allowRedirect(url: string): void;
  /** Follows the provider's pages as a browser would, from the address to sign in at to the one it sends back to. */
  visit(url: string): Promise<string>;
  close(): Promise<void>;
}

/** Fixed, since exceptions for outbound calls name the port. One of them is free. */
const PORTS = [43_171, 43_172, 43_173, 43_174];
export const PROVIDER_HOSTS: readonly string[] = PORTS.map((port) => `127.0.0.1:${port}`);

async function listenOnOne(server: Server): Promise<number> {
  for (const port of PORTS) {
    const listening = await new Promise<boolean>((resolve) => {
      const failed = () => resolve(false);
      server.once('error', failed);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', failed);
        resolve(true);
      });
    });
    if (listening) return (server.address() as AddressInfo).port;
  }
  throw new Error('no port for the provider');
}

/** Leave for programs: what is asked for besides signing in, with refresh tokens that change with each use. */
export const LEAVE_SCOPE = 'diary';
/** What a program may read with its access token; 401 without. */
export const PROTECTED_PATH = '/diary';

/** @param accessSeconds life of an access token. */
export async function startProvider({ accessSeconds = 3600 }: { readonly accessSeconds?: number } = {}): Promise<Provider> {
  const clientSecret = 'provider-secret-0123456789';
  const server = createServer();
  const port = await listenOnOne(server);
  const issuer = `http://127.0.0.1:${port}`;
  const redirects = new Set<string>();
  let asked = 0;
  let revoked = false;
  const self: Provider = {
    issuer,
    clientId: 'wedsync',
    clientSecret,
    person: { sub: 'one', email: 'nobody@example.org', name: 'Nobody' },
    denies: false,
    tokensAsked: () => asked,
    revokeAll: () => void (revoked = true),
    restore: () => void (revoked = false),
    allowRedirect: (url) => void redirects.add(url),
    async visit(start) {
      const cookies = new Map<string, string>();
      let url = start;
      for (let step = 0; step < 12; step += 1) {
        if (!url.startsWith(issuer)) return url;
        const answer = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
        for (const line of answer.headers.getSetCookie()) {
          const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
          cookies.set(name, value);
        }
        const next = answer.headers.get('location');
        if (next === null) throw new Error(`the provider stopped at ${url}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
        url = new URL(next, url).href;
      }
      throw new Error('the provider goes in circles');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const configuration: Configuration = {
    clients: [{ client_id: self.clientId, client_secret: clientSecret, redirect_uris: ['http://127.0.0.1/unused'], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }],
    scopes: ['openid', 'offline_access', LEAVE_SCOPE],
    issueRefreshToken: (_ctx, _client, code) => code.scopes.has(LEAVE_SCOPE),
    rotateRefreshToken: true,
    ttl: { AccessToken: accessSeconds, RefreshToken: 86_400, Grant: 86_400, Session: 86_400, AuthorizationCode: 60, Interaction: 600, IdToken: 600 },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: self.person.email, email_verified: true, name: self.person.name }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
  };
  const provider = new Provider_(issuer, configuration);
  const allowed = provider.Client.prototype.redirectUriAllowed;
  provider.Client.prototype.redirectUriAllowed = function (this: typeof provider.Client.prototype, url: string) {
    return redirects.has(url) || allowed.call(this, url);
  };
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === PROTECTED_PATH) {
      const told = (status: number) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ owner: self.person.name }));
      const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
      return void provider.AccessToken.find(bearer).then(
        (token) => told(token && !revoked ? 200 : 401),
        () => told(500),
      );
    }
    if (request.url === '/token') {
      asked += 1;
      if (revoked) return void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'invalid_grant' }));
    }
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    const decide = async () => {
      const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
      if (self.denies) return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'The person said no' });
      if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: self.person.sub } });
      const grant = (grantId ? await provider.Grant.find(grantId) : undefined) ?? new provider.Grant({ accountId: session?.accountId ?? self.person.sub, clientId: String(params['client_id']) });
      grant.addOIDCScope(`openid email profile ${LEAVE_SCOPE}`);
      return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
    };
    decide().catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  return self;
}
