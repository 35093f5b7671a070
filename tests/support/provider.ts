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

export async function startProvider(): Promise<Provider> {
  const clientSecret = 'provider-secret-0123456789';
  const server = createServer();
  const port = await listenOnOne(server);
  const issuer = `http://127.0.0.1:${port}`;
  const redirects = new Set<string>();
  const self: Provider = {
    issuer,
    clientId: 'wedsync',
    clientSecret,
    person: { sub: 'one', email: 'nobody@example.org', name: 'Nobody' },
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
    clients: [{ client_id: self.clientId, client_secret: clientSecret, redirect_uris: ['http://127.0.0.1/unused'], grant_types: ['authorization_code'], response_types: ['code'] }],
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
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    const decide = async () => {
      const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
      if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: self.person.sub } });
      const grant = (grantId ? await provider.Grant.find(grantId) : undefined) ?? new provider.Grant({ accountId: session?.accountId ?? self.person.sub, clientId: String(params['client_id']) });
      grant.addOIDCScope('openid email profile');
      return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
    };
    decide().catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  return self;
}
