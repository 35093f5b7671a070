import { describe, expect, it } from 'vitest';
import { googleCalendar } from '../../../core/vendors/google-calendar/index.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { clockAt } from '../ports.ts';
import { EVENTS, respond, samples } from './samples.ts';

/** Google's own description of the API: no OpenAPI, but names of parameters and properties all the same. */
const file = contractFile('google-calendar', 'calendar-v3.discovery.json');
interface Discovery {
  resources: Record<string, { methods: Record<string, { path: string; parameters: Record<string, unknown> }> }>;
  schemas: Record<string, { properties: Record<string, unknown> }>;
}

describe.skipIf(!haveContracts(file))('Google Calendar: published description', () => {
  const discovery = haveContracts(file) ? (readContract(file) as Discovery) : null;
  const known = (schema: string): string[] => Object.keys(discovery?.schemas[schema]?.properties ?? {});

  it('asks only with parameters that there are', async () => {
    const asked: URL[] = [];
    const http = { send: (request: HttpRequest) => (asked.push(new URL(request.url)), Promise.resolve(respond(request))) };
    for (let cursor: string | null = null, reads = 0; reads < 3; reads += 1) {
      const read = await googleCalendar.poll!.read(cursor, samples.access, { http, clock: clockAt(samples.nowMs) });
      cursor = read.ok ? read.value.cursor : null;
    }
    const parameters = Object.keys(discovery?.resources['events']?.methods['list']?.parameters ?? {});
    expect(asked).toHaveLength(3);
    for (const url of asked) for (const name of url.searchParams.keys()) expect(parameters).toContain(name);
  });

  it.each(EVENTS.map((event) => [String(event['id']), event] as const))('the entry %s has only properties that there are', (_id, event) => {
    expect(Object.keys(event).filter((name) => !known('Event').includes(name))).toEqual([]);
    for (const end of ['start', 'end']) expect(Object.keys((event[end] as object | undefined) ?? {}).filter((name) => !known('EventDateTime').includes(name))).toEqual([]);
  });

  it('the list has only properties that there are', () => {
    const answer = respond({ method: 'GET', url: `${samples.access.settings['baseUrl']}/calendars/team%40orchard.example/events`, headers: { authorization: 'Bearer ya29.fixture' }, timeoutMs: 1 });
    expect(Object.keys(JSON.parse(answer.body) as object).filter((name) => !known('Events').includes(name))).toEqual([]);
  });
});
