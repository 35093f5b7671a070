import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { contractFile, haveContracts } from '../contractFiles.ts';
import { answered, askEverything, askedPaths } from './asking.ts';
import { VALIDATED, type Case } from './cases.ts';
import { operationsOf, startMock, type Exchange, type Mock, type Operations } from './mock.ts';
import { cutTo, fitsPath, serversOf } from './specification.ts';

const SEEDS = ['orchard', 'barn', 'vineyard'];

/** The answer under the id that was asked for: made-up answers have any, and another object than the wanted one is refused. */
const underAskedId = (better: Case['sense']) => ({ request, response }: Exchange): string => {
  const asked = decodeURIComponent(new URL(request.url).pathname.split('/').at(-1) ?? '');
  const renamed = (value: unknown): unknown => (typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string' ? { ...value, id: asked } : value);
  let body: unknown;
  try {
    body = JSON.parse(response.body, (name, value: unknown) => (better ? better(name, value) : value));
  } catch {
    // No JSON is an answer too.
    return response.body;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return response.body;
  const own = renamed(body) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, Array.isArray(value) ? value : renamed(value)])));
};

/** The mock's maker of values fails on some shapes; that is an answer of 500 to us, and says nothing about what was asked. */
const isMute = ({ response }: Exchange): boolean => response.status === 500 && response.body.includes('prism/errors#UNKNOWN');

describe.each(VALIDATED.map((each) => [each.samples.vendor.manifest.name, each] as const))('%s against its published contract', (_name, { samples, files, base, absent, known, as = (request) => request, sense: better, fixedPlace }) => {
  const paths = files.map((file) => contractFile(...file.split('/')));
  const have = haveContracts(...paths);
  let operations: Operations;
  const mocks: Mock[] = [];

  beforeAll(async () => {
    if (!have) return;
    const asked = (await askedPaths(samples)).map((path) => `${base}${path}`);
    operations = await operationsOf(paths.map((file) => cutTo(file, asked)).filter((document) => Object.keys(document.paths).length > 0));
  }, 60_000);
  afterAll(() => Promise.all(mocks.map((mock) => mock.close())));

  const mockOf = async (seed: string | null): Promise<Mock> => {
    const mock = await startMock(operations, seed);
    mocks.push(mock);
    return mock;
  };
  const pathOf = ({ request }: Exchange): string => new URL(request.url).pathname;
  const faults = (mock: Mock): string[] =>
    mock.exchanges.filter((exchange) => !isMute(exchange)).flatMap((exchange) => exchange.wrong.filter((what) => known?.(exchange, what) !== true).map((what) => `${exchange.request.method} ${pathOf(exchange)} ${what}`));
  /** What the document does not have is answered by the folder's own stand-in, so that what comes after it is asked for too. */
  const through = (mock: Mock, alter?: (exchange: Exchange) => string): Http => {
    const http = mock.http(alter);
    const [here, there] = [`${mock.url}${base}`, samples.access.settings['baseUrl'] ?? ''];
    return {
      send: (request) => (absent.some((path) => fitsPath(path, new URL(request.url).pathname)) ? Promise.resolve(answered(samples, { ...request, url: request.url.replace(here, there) })) : http.send(as(request))),
    };
  };

  it.runIf(have)('asks only what there is, with what it asks for', async () => {
    const mock = await mockOf(null);
    const { facts, refusals } = await askEverything(samples, through(mock), `${mock.url}${base}`);
    expect(faults(mock)).toEqual([]);
    // Something was really held against the contract, and every answer was used or refused with a code.
    expect(mock.exchanges.length).toBeGreaterThan(0);
    expect(facts + refusals).toBeGreaterThan(0);
  }, 60_000);

  it.runIf(have).each(SEEDS)('makes facts or coded refusals of whatever the contract allows: %s', async (seed) => {
    const mock = await mockOf(seed);
    const told = await askEverything(samples, through(mock, underAskedId(better)), `${mock.url}${base}`);
    expect(faults(mock)).toEqual([]);
    expect(told.facts + told.refusals).toBeGreaterThan(0);
    expect(mock.exchanges.filter(isMute).length).toBeLessThan(mock.exchanges.length);
  }, 60_000);

  it.runIf(have && fixedPlace !== false)('calls the place that the contract names', () => {
    const { fields } = samples.vendor.manifest;
    const ours = /Leave empty for (\S+)\.$/.exec(fields.find(({ key }) => key === 'baseUrl')?.help ?? '')?.[1];
    expect(paths.flatMap(serversOf).map((server) => `${server}${base}`)).toContain(ours);
  });
});

describe.runIf(haveContracts(contractFile('vsco-workspace', 'workspace-openapi-v2.json')))('the validating mock', () => {
  it('notices a path, a method and a parameter that there are not, and a missing proof', async () => {
    const files = [contractFile('vsco-workspace', 'workspace-openapi-v2.json')];
    const mock = await startMock(await operationsOf(files.map((file) => cutTo(file, ['/job', '/studio/me']))), null);
    const ask = (path: string, method: 'GET' | 'DELETE' = 'GET', headers: Record<string, string> = { 'x-api-key': 'key' }) =>
      mock.http().send({ method, url: `${mock.url}${path}`, headers, timeoutMs: 10_000 });
    await ask('/jobs');
    await ask('/job', 'DELETE');
    await ask('/job?pageSize=1000');
    await ask('/job?since=1');
    await ask('/job', 'GET', {});
    await ask('/job');
    await mock.close();
    expect(mock.exchanges.map(({ wrong }) => wrong.length > 0)).toEqual([true, true, true, true, true, false]);
  }, 60_000);
});
