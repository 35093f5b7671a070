import { describe, expect, it } from 'vitest';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { fixtures } from '../ports.ts';
import { EVENTS } from './samples.ts';

const file = contractFile('microsoft-graph', 'graph-v1.0-types.from-csdl.json');
const paths = contractFile('microsoft-graph', 'graph-calendar-subscriptions.trimmed.json');
interface Type {
  baseType?: string;
  properties: Record<string, unknown>;
}
interface Types {
  entityTypes: Record<string, Type>;
  complexTypes: Record<string, Type>;
}

describe.skipIf(!haveContracts(file, paths))('Microsoft Graph: published types', () => {
  const types = haveContracts(file) ? (readContract(file) as Types) : { entityTypes: {}, complexTypes: {} };
  const namesOf = (name: string): string[] => {
    const type = types.entityTypes[name] ?? types.complexTypes[name];
    return type ? [...Object.keys(type.properties), ...(type.baseType ? namesOf(type.baseType) : [])] : [];
  };
  const unknown = (object: object, type: string): string[] => Object.keys(object).filter((name) => !name.startsWith('@') && !namesOf(type).includes(name));

  it.each(fixtures('microsoft-graph'))('the notice $name has only properties that there are', ({ body }) => {
    const { value } = JSON.parse(body) as { value: object[] };
    for (const item of value) expect(unknown(item, 'microsoft.graph.changeNotification')).toEqual([]);
  });

  it.each(EVENTS.map((event) => [String(event['id']), event] as const))('the entry %s has only properties that there are', (_id, event) => {
    expect(unknown(event, 'microsoft.graph.event')).toEqual([]);
    for (const end of ['start', 'end']) expect(unknown((event[end] as object | undefined) ?? {}, 'microsoft.graph.dateTimeTimeZone')).toEqual([]);
  });

  it('asks where there is something', () => {
    const known = Object.keys((readContract(paths) as { paths: object }).paths);
    for (const path of ['/me/calendarView/delta()', '/me/calendars/{calendar-id}/calendarView/delta()']) expect(known).toContain(path);
  });
});
