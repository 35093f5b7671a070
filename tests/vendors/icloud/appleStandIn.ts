import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Http } from '../../../core/ports/ports.ts';
import type { CalendarServer } from '../../support/calendarServers.ts';
import { fetchHttp } from '../ports.ts';

/**
 * A stand-in for Apple, in front of a real Radicale: what Apple does and no other server here does. One host is asked first and
 * names the account's own host, and only app-specific passwords are taken. It is not Apple: nothing here proves what Apple does.
 */
export interface AppleStandIn {
  /** Brings Apple's names to this machine, as a resolver would; other hosts are not reached. */
  readonly http: Http;
  /** Hosts that were asked, in order. */
  readonly asked: string[];
  /** The account's password at Apple, never taken here. */
  readonly ownPassword: string;
  /** Taken while it is not withdrawn. */
  appPassword: string;
  /** Withdraws every app-specific password, as a change of the account's own does. */
  changeOwnPassword(): void;
  /** The account moves to another host. */
  moveTo(partition: number): void;
  stop(): Promise<void>;
}

const ACCOUNT = '/1234567890';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

export async function startAppleStandIn(radicale: CalendarServer, appleAccount: string): Promise<AppleStandIn> {
  let partition = 42;
  const state = { appPassword: 'abcd-efgh-ijkl-mnop', asked: [] as string[] };
  const answer = (response: ServerResponse, status: number, body = '', headers: Record<string, string> = {}): void => void response.writeHead(status, headers).end(body);
  const list = (response: ServerResponse, href: string, prop: string): void =>
    answer(response, 207, `<multistatus xmlns="DAV:"><response><href>${href}</href><propstat><prop>${prop}</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`, { 'content-type': 'text/xml' });
  const knows = (request: IncomingMessage): boolean => request.headers.authorization === `Basic ${Buffer.from(`${appleAccount}:${state.appPassword}`).toString('base64')}`;

  async function discovery(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await bodyOf(request);
    const { method, url = '/' } = request;
    if (method === 'GET') return answer(response, 400);
    if (!knows(request)) return answer(response, 401, '', { 'www-authenticate': 'Basic realm="MMCalDav"' });
    if (url === '/.well-known/caldav') return answer(response, 301, '', { location: '/' });
    if (url === '/') return list(response, '/', `<current-user-principal><href>${ACCOUNT}/principal/</href></current-user-principal>`);
    if (url === `${ACCOUNT}/principal/`) {
      const home = `<href>https://p${partition}-caldav.icloud.com:443${ACCOUNT}/calendars/</href>`;
      return list(response, url, `<C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav">${home}</C:calendar-home-set><displayname>Ada Venue</displayname>`);
    }
    answer(response, 404);
  }

  /** The account's own host: Radicale's folder of the user under Apple's paths. */
  async function own(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (!knows(request)) return answer(response, 401);
    const url = request.url ?? '';
    if (!url.startsWith(`${ACCOUNT}/calendars/`)) return answer(response, 404);
    const [theirs, ours] = [`${ACCOUNT}/calendars/`, radicale.home];
    const passed = await radicale.ask({
      method: request.method as 'REPORT', path: url.replace(theirs, ours),
      headers: { 'content-type': request.headers['content-type'] ?? '', depth: String(request.headers['depth'] ?? '0') }, body: body.replaceAll(`>${theirs}`, `>${ours}`),
    });
    answer(response, passed.status, passed.body.replaceAll(`<href>${ours}`, `<href>${theirs}`), { 'content-type': 'text/xml; charset=utf-8' });
  }

  const servers: Server[] = [];
  const listen = async (handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<number> => {
    const server = createServer((request, response) => void handle(request, response).catch((error: unknown) => answer(response, 500, String(error))));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const [first, second] = [await listen(discovery), await listen(own)];
  return {
    asked: state.asked,
    ownPassword: 'Correct-Horse-7',
    get appPassword() {
      return state.appPassword;
    },
    set appPassword(value) {
      state.appPassword = value;
    },
    changeOwnPassword: () => void (state.appPassword = '\u0000withdrawn'),
    moveTo: (to) => void (partition = to),
    http: {
      send(request) {
        const url = new URL(request.url);
        state.asked.push(url.host);
        const port = url.host === 'caldav.icloud.com' ? first : url.host === `p${partition}-caldav.icloud.com` ? second : null;
        if (url.protocol !== 'https:' || port === null) return Promise.resolve({ status: 404, headers: {}, body: '' });
        return fetchHttp.send({ ...request, url: `http://127.0.0.1:${port}${url.pathname}` });
      },
    },
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}
