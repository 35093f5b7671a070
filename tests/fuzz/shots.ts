import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { z } from 'zod';
import type { Shot } from './ask.ts';
import { HOSTILE, oneWrong, wrongText } from './hostile.ts';
import { fromSchema, type Pool } from './values.ts';

/** What an endpoint of the contract says about itself. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly request: { readonly params?: z.ZodType; readonly query?: z.ZodType; readonly body?: z.ZodType };
  readonly success: z.ZodType | null;
}

const PIECES = ['', '.', '..', '%2e%2e', '%2f', '..%2f..%2fetc%2fpasswd', '%00', '%zz', '%', '%ED%A0%80', '%ff%fe', '__proto__', 'constructor', '*', ';a=b', ':id', '%F0%9F%98%80', '%D9%A1', 'x'.repeat(199), 'x'.repeat(201), 'x'.repeat(3_000), '-1', '0', '1e9', 'null', 'NaN', '%27%20OR%201=1--', '%0d%0aSet-Cookie:a=b'];
const QUERIES = ['', '%', '%zz', '&&&&', '=', '__proto__=1', '__proto__[a]=1', 'constructor[prototype][a]=1', 'at[]=1', 'a=%00', 'a=%ED%A0%80', 'a=1&a=2', '?', '%3F', 'a'.repeat(5_000), Array.from({ length: 1_500 }, (_none, n) => `k${n}=`).join('&'), 'before=1&before=2', 'before=99999999999999999999', 'before=-1', 'before=1e3', 'at=1&at=2', 'at=9999-12-31T23:59:59.999Z', 'at=0000-01-01T00:00:00.000Z', 'at=999999999999999'];
const TYPES = ['', 'application/json; charset=utf-16', 'application/json;charset=', 'application/json; charset="utf-8', 'APPLICATION/JSON', 'application/json, text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=', 'text/plain', 'text/html', 'application/xml', 'application/octet-stream', '*/*', 'x', 'application/', ';', 'application/json\t', `application/${'j'.repeat(3_000)}`, 'application/vnd.api+json', '__proto__'];
const EXTRA: readonly Readonly<Record<string, string>>[] = [
  { 'x-http-method-override': 'DELETE' }, { 'x-method-override': 'GET', 'x-http-method': 'PUT' }, { 'x-original-url': '/metrics', 'x-rewrite-url': '/metrics' },
  { cookie: 'wedsync_device=__proto__; =; ;;%; a=%zz' }, { cookie: `wedsync_device=${'x'.repeat(4_000)}` }, { cookie: 'wedsync_device=a%00b' }, { cookie: '__proto__=1; constructor=2' },
  { authorization: 'Bearer ' }, { authorization: 'Basic YTpi' }, { authorization: `Bearer ${'a'.repeat(4_000)}` }, { authorization: 'Bearer a b' }, { authorization: "Bearer ' OR 1=1 --aaaaaaa" }, { authorization: `Bearer ${'A'.repeat(43)}` },
  { host: 'evil.example' }, { host: '' }, { host: '127.0.0.1:99999' }, { host: 'a b' }, { host: '[::1' }, { host: '127.0.0.1@evil.example' },
  { origin: 'null' }, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, { 'x-forwarded-for': '127.0.0.1' }, { 'x-forwarded-for': `${'1.1.1.1,'.repeat(400)}` }, { forwarded: 'for=127.0.0.1' }, { 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'evil.example' },
  { range: 'bytes=0-99999999999' }, { range: 'bytes=-1' }, { range: `bytes=${Array.from({ length: 300 }, () => '0-').join(',')}` }, { 'if-none-match': '*' }, { 'if-modified-since': 'x' }, { accept: 'x'.repeat(3_000) }, { 'accept-encoding': '*;q=-1' },
  { expect: '100-continue' }, { expect: 'miracles' }, { te: 'trailers' }, { connection: 'close, __proto__' }, { 'request-id': '\u00ff\u00fe' }, { 'x-request-id': 'x'.repeat(5_000) },
  Object.fromEntries(Array.from({ length: 500 }, (_none, n) => [`x-h${n}`, '1'])), { 'x-large': 'x'.repeat(20_000) },
];
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'SEARCH', 'QUERY', 'LOCK'];

let bombs: { readonly gzip: Buffer; readonly large: Buffer } | null = null;
const bodies = () => (bombs ??= { gzip: gzipSync(Buffer.alloc(20 * 1024 * 1024, '0')), large: Buffer.alloc(3 * 1024 * 1024 + 70_000, ' ') });

const encoded = (value: unknown): string => {
  const plain = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // Half a surrogate pair has no percent form; its bytes are sent all the same.
  return encodeURIComponent(plain.replace(/\p{Cs}/gu, '\u{fffd}')).slice(0, 6_000);
};

const record = (schema: z.ZodType | undefined, pool: Pool): fc.Arbitrary<Record<string, unknown>> => (schema ? (fromSchema(schema, pool) as fc.Arbitrary<Record<string, unknown>>) : fc.constant({}));
const query = (fields: Record<string, unknown>) => Object.entries(fields).map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');

const JSON_TYPE = { 'content-type': 'application/json' };

/** Requests as the contract wants them. */
export function validShots(endpoint: Endpoint, pool: Pool): fc.Arbitrary<Shot> {
  const { request } = endpoint;
  const names = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const params = request.params ? record(request.params, pool) : fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...pool, 'x')])));
  const body = request.body ? fromSchema(request.body, pool) : fc.constant(undefined);
  return fc.tuple(params, record(request.query, pool), body).map(([given, asked, sent]) => {
    const path = endpoint.path.replace(/:(\w+)/g, (_all, name: string) => encoded(given[name]));
    const text = query(asked);
    const takesBody = endpoint.method !== 'GET' && endpoint.method !== 'HEAD';
    return {
      method: endpoint.method,
      path: text === '' ? path : `${path}?${text}`,
      headers: takesBody ? JSON_TYPE : {},
      body: takesBody ? Buffer.from(JSON.stringify(sent ?? {})) : null,
    };
  });
}

/** Requests with one thing wrong: in the address, in the body, in its text, or in how it is sent. */
export function wrongShots(endpoint: Endpoint, pool: Pool): fc.Arbitrary<Shot> {
  const valid = validShots(endpoint, pool);
  const withBody = (text: fc.Arbitrary<string>) => fc.tuple(valid, text).map(([shot, body]) => ({ ...shot, headers: JSON_TYPE, body: Buffer.from(body) }));
  const value = endpoint.request.body ? fromSchema(endpoint.request.body, pool) : fc.jsonValue({ maxDepth: 3 });
  const bodyKinds = [
    { weight: endpoint.request.body ? 8 : 1, arbitrary: withBody(oneWrong(value).map((wrong) => JSON.stringify(wrong) ?? '')) },
    { weight: endpoint.request.body ? 5 : 1, arbitrary: withBody(wrongText(value)) },
    { weight: 1, arbitrary: fc.tuple(valid, fc.constantFrom(...TYPES)).map(([shot, type]) => ({ ...shot, headers: { 'content-type': type }, body: shot.body ?? Buffer.from('{}') })) },
    { weight: 1, arbitrary: fc.tuple(valid, fc.uint8Array({ maxLength: 300 })).map(([shot, bytes]) => ({ ...shot, headers: JSON_TYPE, body: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: valid.map((shot) => ({ ...shot, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: bodies().gzip.subarray(0, 30_000) })) },
    { weight: 1, arbitrary: valid.map((shot) => ({ ...shot, headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } })) },
  ];
  const elsewhere = [
    { weight: 4, arbitrary: fc.tuple(valid, fc.constantFrom(...PIECES), fc.nat()).map(([shot, piece, where]) => ({ ...shot, path: withPiece(endpoint, shot.path, piece, where) })) },
    { weight: 4, arbitrary: fc.tuple(valid, fc.oneof(fc.constantFrom(...QUERIES), fc.tuple(fc.constantFrom('at', 'before', 'limit', 'q'), fc.constantFrom(...HOSTILE)).map(([name, hostile]) => `${name}=${encoded(hostile)}`))).map(([shot, text]) => ({ ...shot, path: `${shot.path.split('?')[0]}?${text}` })) },
    { weight: 5, arbitrary: fc.tuple(valid, fc.constantFrom(...EXTRA)).map(([shot, extra]) => ({ ...shot, headers: { ...shot.headers, ...extra } })) },
    { weight: 2, arbitrary: fc.tuple(valid, fc.constantFrom(...METHODS)).map(([shot, method]) => ({ ...shot, method })) },
  ];
  return fc.oneof(...bodyKinds, ...elsewhere);
}

/** One part of the address replaced, one more at its end, or the whole written otherwise. */
function withPiece(endpoint: Endpoint, path: string, piece: string, where: number): string {
  const [plain = '', asked] = path.split('?');
  const parts = plain.split('/');
  const named = endpoint.path.split('/').flatMap((part, index) => (part.startsWith(':') ? [index] : []));
  const forms = [
    () => [...parts, piece].join('/'),
    () => `/${plain}`,
    () => plain.replace('/api', '/%61pi'),
    () => `/api/../${piece}${plain}`,
    () => plain.toUpperCase(),
    () => parts.map((part, index) => (index === (named[where % (named.length || 1)] ?? parts.length - 1) ? piece : part)).join('/'),
    () => parts.map((part, index) => (index === (named[where % (named.length || 1)] ?? parts.length - 1) ? piece : part)).join('/'),
  ];
  const made = (forms[where % forms.length] ?? (() => plain))();
  return asked === undefined ? made : `${made}?${asked}`;
}

/** Bodies beyond every limit, with and without an honest length. Few, since each costs megabytes. */
export const tooLarge = (endpoint: Endpoint, path: string): Shot => ({ method: endpoint.method, path, headers: JSON_TYPE, body: bodies().large });
