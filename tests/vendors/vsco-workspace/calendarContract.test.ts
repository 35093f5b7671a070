import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import type { ConnectionAccess } from '../../../core/vendors/calling.ts';
import type { PollPage } from '../../../core/vendors/vendor.ts';
import { vscoWorkspace } from '../../../core/vendors/vsco-workspace/index.ts';
import { moved, outgoing, valueOf } from '../calendarWrites.ts';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { clockAt } from '../ports.ts';
import { operationsOf, startMock, type Mock, type Operations } from '../validating/mock.ts';
import { cutTo } from '../validating/specification.ts';
import { FakeVsco } from './fake.ts';
import { samples } from './samples.ts';

/** The studio's calendar against the contract that is published: each call, what the stand-in answers, and whatever the contract allows as an answer. */

const NOW = Date.parse('2027-05-01T12:00:00.000Z');
const FILE = contractFile('vsco-workspace', 'workspace-openapi-v2.json');
const PATHS = ['/event', '/event/x', '/job', '/job/x', '/payment', '/order', '/studio/me', '/timezone/x'];
const part = vscoWorkspace.calendar!;
const CODES = /^(?:calendar\.(?:changed_there|gone|forbidden|refused)|normalise\.(?:reread_failed|no_access|shape_unknown))$/;

describe.skipIf(!haveContracts(FILE))('the calendar of VSCO Workspace against its published contract', () => {
  let operations: Operations;
  const mocks: Mock[] = [];
  const mockOf = async (seed: string | null): Promise<Mock> => {
    const mock = await startMock(operations, seed);
    mocks.push(mock);
    return mock;
  };
  beforeAll(async () => {
    operations = await operationsOf([cutTo(FILE, PATHS)]);
  }, 60_000);
  afterAll(() => Promise.all(mocks.map((mock) => mock.close())));

  const accessAt = (baseUrl: string): ConnectionAccess => ({ ...samples.access, settings: { ...samples.access.settings, baseUrl } });

  it('calls only what there is, with what it takes', async () => {
    const [there, mock] = [new FakeVsco(), await mockOf(null)];
    const held = mock.http();
    const http: Http = {
      async send(request) {
        await held.send({ ...request, url: request.url.replace(there.base, mock.url) });
        return there.http.send(request);
      },
    };
    const [ports, access] = [{ http, clock: clockAt(NOW) }, accessAt(there.base)];
    valueOf(await part.calendars(ports, access));
    const made = valueOf(await part.write(ports, access, there.studioId, outgoing(), { kind: 'create', key: 'one' }));
    there.edit(made.remoteId, {
      virtualUrl: 'https://calls.example/room', typeId: '01k9typefxtr00000000000001', jobId: '01k9jobfxtr000000000000001', phoneNumber: { formatted: '(800) 560-8283', e164: null },
      location: { id: null, address: { name: 'Barn', city: 'Bath', country: 'GB', streetAddress: null } },
    });
    const after = valueOf(await part.write(ports, access, there.studioId, moved(outgoing({ privacy: 'busy' })), { kind: 'update', remoteId: made.remoteId, etag: made.etag ?? '' }));
    there.put('Engagement', '2027-06-20T14:00:00.000Z', '2027-06-20T15:30:00.000Z', { jobId: '01k9jobfxtr000000000000001' });
    let cursor: string | null = null;
    for (let more = true; more; ) {
      const page: PollPage = valueOf(await vscoWorkspace.poll!.read(cursor, { ...access, listened: [{ calendarRef: there.studioId, oursOnly: false }] }, ports));
      ({ cursor, more } = page);
    }
    expect(valueOf(await part.remove(ports, access, there.studioId, made.remoteId, after.etag))).toBe('done');
    expect(new Set(mock.exchanges.map(({ request }) => request.method))).toEqual(new Set(['GET', 'POST', 'PUT', 'DELETE']));
    expect(mock.exchanges.flatMap(({ request, wrong }) => wrong.map((what) => `${request.method} ${new URL(request.url).pathname} ${what}`))).toEqual([]);
  }, 60_000);

  it('notices a field that an event does not have', async () => {
    const mock = await mockOf(null);
    const headers = { 'x-api-key': 'key', 'content-type': 'application/json' };
    for (const body of [{ name: 'Talk', attendees: [] }, { name: 'Talk' }]) await mock.http().send({ method: 'POST', url: `${mock.url}/event`, headers, body: JSON.stringify(body), timeoutMs: 10_000 });
    expect(mock.exchanges.map(({ wrong }) => wrong.length > 0)).toEqual([true, false]);
  }, 60_000);

  it('the stand-in tells of an event what the contract has, and no more', () => {
    const there = new FakeVsco();
    const id = there.put('Dentist', '2027-06-20T14:00:00.000Z', '2027-06-20T15:30:00.000Z');
    const { components } = readContract(FILE) as { components: { schemas: Record<string, { properties: object }> } };
    const known = Object.keys(components.schemas['Event']?.properties ?? {});
    expect(known).toContain('externalMappings');
    expect(Object.keys(there.event(id)).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(['orchard', 'barn', 'vineyard'])('understands whatever the contract allows, or says with a code why not: %s', async (seed) => {
    const mock = await mockOf(seed);
    const [ports, access] = [{ http: mock.http(), clock: clockAt(NOW) }, accessAt(mock.url)];
    const id = '01k9event00000000000000001';
    const answers = [
      await part.calendars(ports, access), await part.read(ports, access, id, id), await part.remove(ports, access, id, id, null),
      await part.write(ports, access, id, outgoing(), { kind: 'create', key: 'one' }), await part.write(ports, access, id, outgoing(), { kind: 'update', remoteId: id, etag: 'x' }),
    ];
    for (const answer of answers) if (!answer.ok) expect([answer.error.code, answer.error.message]).toEqual([expect.stringMatching(CODES), expect.stringMatching(/\S/)]);
    expect(mock.exchanges.length).toBeGreaterThanOrEqual(answers.length);
  }, 60_000);
});
