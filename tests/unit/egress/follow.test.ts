import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Http, HttpRequest } from '../../../core/ports/ports.ts';
import { followRedirects } from '../../../egress/follow.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { collectingLog } from '../../support/store.ts';

type Said = { readonly status: number; readonly location?: string };

/** A host that says what stands at an address, and what it was asked. */
function web(pages: Readonly<Record<string, Said>>): { readonly http: Http; readonly asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    http: {
      async send(request) {
        asked.push(request);
        const { status, location } = pages[request.url] ?? { status: 200 };
        return { status, headers: location === undefined ? {} : { location }, body: request.url };
      },
    },
  };
}
const request = (url: string, fields: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, headers: { accept: 'text/calendar', authorization: 'Bearer secret', 'X-Api-Key': 'secret' }, timeoutMs: 5_000, ...fields });
const follow = (pages: Readonly<Record<string, Said>>, url: string, fields: Partial<HttpRequest> = {}) => {
  const { http: send, asked } = web(pages);
  const moved: string[] = [];
  return { asked, moved, answer: followRedirects(send, { onMoved: (to) => moved.push(to.href) }).send(request(url, fields)) };
};
const A = 'https://a.example/';

test.each([301, 302, 303, 307, 308])('a %d is followed on the same host, with its credentials', async (status) => {
  const { asked, answer } = follow({ [`${A}1`]: { status, location: '/2?x=1' } }, `${A}1`);
  expect(await answer).toMatchObject({ status: 200, body: `${A}2?x=1` });
  expect(asked.at(-1)).toMatchObject({ method: 'GET', headers: { authorization: 'Bearer secret', 'X-Api-Key': 'secret' } });
});

test('three redirects are followed, and a fourth is not', async () => {
  const pages = Object.fromEntries([1, 2, 3, 4].map((n) => [`${A}${n}`, { status: 302, location: `/${n + 1}` }]));
  expect(await follow(pages, `${A}2`).answer).toMatchObject({ body: `${A}5` });
  const { asked, answer } = follow(pages, `${A}1`);
  await expect(answer).rejects.toMatchObject({ reason: 'redirect' });
  expect(asked).toHaveLength(4);
});

test.each([
  ['another host', 'https://b.example/'],
  ['another port', 'https://a.example:8443/'],
  ['a name below', 'https://x.a.example/'],
])('no key goes to %s, nor back again', async (_case, location) => {
  const { asked, answer } = follow({ [A]: { status: 302, location }, [location]: { status: 302, location: `${A}back` } }, A, { headers: { accept: 'x', Authorization: 'Bearer secret', cookie: 'c=1', 'x-api-key': 'k', 'if-none-match': '"1"' } });
  await answer;
  expect(asked.map(({ headers }) => Object.keys(headers))).toEqual([['accept', 'Authorization', 'cookie', 'x-api-key', 'if-none-match'], ['accept', 'if-none-match'], ['accept', 'if-none-match']]);
});

test.each([401, 403])('%d from another host says nothing about the key, which was not taken there', async (status) => {
  const pages = { [A]: { status: 302, location: 'https://b.example/' }, 'https://b.example/': { status } };
  await expect(follow(pages, A).answer).rejects.toMatchObject({ reason: 'redirect' });
  // Without a key there is nothing that could be missing there.
  expect(await follow(pages, A, { headers: { accept: 'text/calendar' } }).answer).toMatchObject({ status });
  expect(await follow({ [A]: { status } }, A).answer).toMatchObject({ status });
});

test('it never goes on without encryption', async () => {
  const { asked, answer } = follow({ [A]: { status: 301, location: 'http://a.example/' } }, A);
  await expect(answer).rejects.toMatchObject({ reason: 'scheme' });
  expect(asked).toHaveLength(1);
});

test.each<[string, Said, string]>([
  ['what is no address', { status: 302, location: 'https://[' }, 'url_invalid'],
  ['a choice of addresses', { status: 300, location: '/2' }, 'redirect'],
  ['nowhere', { status: 302 }, 'redirect'],
])('%s is no answer', async (_case, said, reason) => {
  await expect(follow({ [A]: said }, A).answer).rejects.toMatchObject({ reason });
});

test('what is not to be followed is left as it is', async () => {
  const pages = { [A]: { status: 302, location: '/2' } };
  const told = follow(pages, A, { redirect: 'told' });
  expect(await told.answer).toMatchObject({ status: 302, headers: { location: '/2' } });
  const posted = follow(pages, A, { method: 'POST', body: '{}' });
  expect(await posted.answer).toMatchObject({ status: 302 });
  expect(posted.asked).toEqual([request(A, { method: 'POST', body: '{}' })]);
  expect(await follow({ [A]: { status: 304 } }, A).answer).toMatchObject({ status: 304 });
});

test('the new address is told where the old one leads there for good, and only as far as it does', async () => {
  const [first, second, third] = [`${A}1`, 'https://b.example/2', 'https://c.example/3'];
  const moved = async (...statuses: number[]) => {
    const followed = follow({ [first]: { status: statuses[0] ?? 200, location: second }, [second]: { status: statuses[1] ?? 200, ...(statuses[1] ? { location: third } : {}) } }, first);
    await followed.answer;
    return followed.moved;
  };
  expect(await moved(301)).toEqual([second]);
  expect(await moved(308, 301)).toEqual([third]);
  expect(await moved(301, 302)).toEqual([second]);
  expect(await moved(302, 301)).toEqual([]);
  // Nothing is said of a place where nothing was found out.
  const lost = follow({ [first]: { status: 301, location: second }, [second]: { status: 302 } }, first);
  await expect(lost.answer).rejects.toThrow();
  expect(lost.moved).toEqual([]);
});

test('all hops share the time of the call', async () => {
  const { http: send, asked } = web({ [A]: { status: 302, location: '/2' } });
  const slow: Http = { send: (each) => new Promise((resolve) => setTimeout(() => resolve(send.send(each)), 30)) };
  await expect(followRedirects(slow).send(request(A, { timeoutMs: 10 }))).rejects.toMatchObject({ reason: 'timeout' });
  await followRedirects(slow).send(request(A, { timeoutMs: 5_000 }));
  expect(asked.at(-1)?.timeoutMs).toBeLessThan(5_000);
});

let server: http.Server;
let location = '/';
beforeAll(async () => {
  server = http.createServer((asked, response) => (asked.url === '/' ? response.writeHead(200).end('here') : response.writeHead(302, { location }).end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => (location = '/'));

test.each([
  ['http://169.254.169.254/latest/meta-data/', 'scheme'],
  ['https://169.254.169.254/latest/meta-data/', 'address_not_public'],
  ['https://127.0.0.1/', 'address_not_public'],
  ['https://localhost/', 'address_not_public'],
  ['https://[::1]/', 'address_not_public'],
  ['https://user:secret@vendor.example/', 'credentials_in_url'],
  ['file:///etc/passwd', 'scheme'],
])('each hop is checked as a first call is: %s', async (to, reason) => {
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const egress = createEgressHttp({ allow: [host], log: collectingLog(), resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
  const get = () => followRedirects(egress).send(request(`http://${host}/go`));
  expect(await get()).toMatchObject({ status: 200, body: 'here' });
  location = to;
  await expect(get()).rejects.toMatchObject({ reason });
});
