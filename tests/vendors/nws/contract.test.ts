import { describe, expect, it } from 'vitest';
import { contractFile, haveContracts, openApiContract } from '../contractFiles.ts';
import { ALERTS, collection, respond } from './samples.ts';

const file = contractFile('weather-nws', 'nws-openapi-3.8.1.trimmed.json');

describe.skipIf(!haveContracts(file))('National Weather Service: published contract', () => {
  const contract = haveContracts(file) ? openApiContract(file) : null;

  it.each(ALERTS.map((alert) => [String(alert['id']), alert] as const))('the warning %s is one of theirs', (_id, alert) => contract?.expectFits('Alert', alert));

  it('the stand-in answers in their shapes', () => {
    contract?.expectFits('AlertCollectionGeoJson', JSON.parse(collection(ALERTS).body));
    const point = respond({ method: 'GET', url: 'https://nws.test/points/38.2975,-122.2869', headers: { 'user-agent': 'WedSync Command Centre (events@orchard.example)' }, timeoutMs: 1 });
    contract?.expectFits('Point', (JSON.parse(point.body) as { properties: unknown }).properties);
  });

  it('a wrong shape would be noticed', () => expect(contract?.fits('Alert', { ...ALERTS[0], severity: 'Dreadful' }).valid).toBe(false));
});
