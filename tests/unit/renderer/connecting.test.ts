import { describe, expect, it } from 'vitest';
import type { SystemFace, SystemField, SystemSummary } from '../../../core/contract/systems.ts';
import { askedFirst, askedLater, categoriesOf, matching, previousOf, soonOf, stepsFirst, stepsOf } from '../../../renderer/connecting/catalogue.ts';
import { connectRequest, fieldOf, firstProblem, guideStep, initialValues, sorted } from '../../../renderer/connecting/values.ts';

const field = (key: string, more: Partial<SystemField> = {}): SystemField => ({ key, label: key, help: '', sensitive: false, required: false, input: 'text', choices: [], paths: [], initial: '', later: false, proof: false, ...more });
const NOTHING = { webhook: false, reread: false, poll: false, file: false, feed: false, mail: false, test: false, push: false };
const face = (more: Partial<SystemFace>): SystemFace => ({ id: 'x', name: 'X', category: 'venue', paths: ['native'], capabilities: NOTHING, looksEverySeconds: null, connections: 0, fields: [], oauth: false, unkeepable: 'no_calls', guides: [], triggers: [], columns: [], missing: [], sources: [], ...more });
const system = (id: string, name: string, category: string): SystemSummary => face({ id, name, category });

describe('the catalogue', () => {
  const systems = [system('honeybook', 'HoneyBook', 'business_crm'), system('iris-works', 'Iris Works', 'photo_crm'), system('cafe', 'Café Planner', 'catering')];
  it('finds by any part of any word, whatever the accents', () => {
    const words = (one: SystemSummary): string => `${one.name} ${one.category}`;
    expect(matching(systems, 'cafe', words).map((one) => one.id)).toEqual(['cafe']);
    expect(matching(systems, 'crm book', words).map((one) => one.id)).toEqual(['honeybook']);
    expect(matching(systems, '  ', words)).toHaveLength(3);
  });
  it('has each category once', () => expect(categoriesOf([...systems, ...systems])).toEqual(['business_crm', 'photo_crm', 'catering']));
  it('says honestly how soon', () => {
    expect(soonOf({ capabilities: { ...NOTHING, webhook: true }, looksEverySeconds: 300 }, 'native')).toEqual({ kind: 'at_once' });
    expect(soonOf({ capabilities: { ...NOTHING, poll: true }, looksEverySeconds: 300 }, 'native')).toEqual({ kind: 'every', minutes: 5 });
    expect(soonOf({ capabilities: NOTHING, looksEverySeconds: 20 }, 'feed')).toEqual({ kind: 'every', minutes: 1 });
    expect(soonOf({ capabilities: NOTHING, looksEverySeconds: null }, 'file')).toEqual({ kind: 'at_import' });
    expect(soonOf({ capabilities: NOTHING, looksEverySeconds: null }, 'none')).toEqual({ kind: 'never' });
  });
});

describe('the steps of connecting', () => {
  const token = field('bearerToken', { sensitive: true, required: true, input: 'generated', paths: ['bridge'] });
  const previous = field('bearerTokenPrevious', { sensitive: true, paths: ['bridge'] });
  const guides = [{ path: 'native' as const, brings: '', steps: ['a'] }, { path: 'bridge' as const, brings: '', steps: ['{webhookUrl}'] }];
  it('a bridge asks nothing that would have to be fetched first, so its guide comes after', () => {
    const bridge = face({ paths: ['bridge'], fields: [token, previous, field('zone', { input: 'zone' })], guides });
    expect(stepsOf(bridge, 'bridge')).toEqual(['details', 'done']);
    expect(askedFirst(bridge, 'bridge').map(({ key }) => key)).toEqual(['zone']);
    expect(previousOf(bridge, 'bridge').map(({ key }) => key)).toEqual(['bearerTokenPrevious']);
  });
  it('a key is fetched over there first and tried out', () => {
    const native = face({ capabilities: { ...NOTHING, test: true }, fields: [field('apiKey', { sensitive: true, required: true })], guides });
    expect(stepsOf(native, 'native')).toEqual(['guide', 'details', 'try', 'done']);
    expect(stepsOf({ ...native, oauth: true }, 'native')).toEqual(['guide', 'details', 'done']);
    expect(stepsOf({ ...native, paths: ['native', 'bridge'] }, 'native')[0]).toBe('way');
  });
  it('a guide is cut where the address is needed', () => {
    expect(stepsFirst(['a', 'b {redirectUrl}', 'c {webhookUrl}', 'd'])).toEqual(['a', 'b {redirectUrl}']);
    expect(stepsFirst(['a'])).toEqual(['a']);
  });
  it('a secret that is told only for an address comes after it', () => {
    const later = face({ capabilities: { ...NOTHING, test: true }, fields: [field('signingSecret', { sensitive: true, required: true, later: true })], guides });
    expect(stepsOf(later, 'native')).toEqual(['details', 'done']);
    expect(askedLater(later, 'native').map(({ key }) => key)).toEqual(['signingSecret']);
  });
});

describe('what was typed', () => {
  const fields = [field('apiKey', { sensitive: true, required: true }), field('baseUrl', { input: 'url' }), field('zone', { input: 'zone' }), field('currency', { input: 'currency', initial: 'EUR' })];
  it('begins with what is likely', () => expect(initialValues(fields, { zone: 'Europe/London', currency: 'GBP' })).toEqual({ apiKey: '', baseUrl: '', zone: 'Europe/London', currency: 'EUR' }));
  it('names the first field that is wrong', () => {
    expect(firstProblem(fields, { apiKey: '  ' })).toEqual({ key: 'apiKey', problem: 'missing' });
    expect(firstProblem(fields, { apiKey: 'k', baseUrl: 'example.org' })).toEqual({ key: 'baseUrl', problem: 'url' });
    expect(firstProblem(fields, { apiKey: 'k', baseUrl: 'webcal://example.org/a.ics' })).toBeNull();
    expect(firstProblem([field('n', { input: 'number' })], { n: '1x' })).toEqual({ key: 'n', problem: 'number' });
  });
  it('goes apart into settings and secrets, trimmed, without what is empty', () => {
    expect(sorted(fields, { apiKey: ' k ', baseUrl: '', zone: 'Europe/London' })).toEqual({ settings: { zone: 'Europe/London' }, secrets: { apiKey: 'k' } });
    expect(connectRequest({ system: 'x', path: 'native', name: ' ', fields, typed: { apiKey: 'k' }, secretsLater: false }, true)).toEqual({ system: 'x', path: 'native', settings: {}, secrets: { apiKey: 'k' }, evenIfUntested: true });
  });
  it('an error finds its field', () => {
    expect(fieldOf({ code: 'connect.field_invalid', field: 'zone' }, fields)).toBe('zone');
    expect(fieldOf({ code: 'connect.field_invalid', field: 'elsewhere' }, fields)).toBeNull();
    expect(fieldOf({ code: 'connect.refused' }, fields)).toBe('apiKey');
    expect(fieldOf({ code: 'server.unreachable' }, fields)).toBeNull();
  });
});

describe('a step of a guide', () => {
  const values = { webhookUrl: 'https://a.test/w', bearerToken: 'T' };
  it('gives what is to be copied, with what belongs to it', () => {
    expect(guideStep('Paste the URL: {webhookUrl}', values)).toEqual({ text: 'Paste the URL:', copy: 'https://a.test/w', untold: null });
    expect(guideStep('Body: {"event":"x.made","url":"{webhookUrl}?event=x.made"}', values)).toEqual({ text: 'Body:', copy: '{"event":"x.made","url":"https://a.test/w?event=x.made"}', untold: null });
    expect(guideStep('Add the header with the value: Bearer {bearerToken}', values)).toEqual({ text: 'Add the header with the value:', copy: 'Bearer T', untold: null });
    expect(guideStep('Enter {webhookUrl} there', values)).toEqual({ text: 'Enter https://a.test/w there', copy: 'https://a.test/w', untold: null });
  });
  it('says what is not told', () => expect(guideStep('The value: Bearer {bearerToken}', {})).toEqual({ text: 'The value:', copy: null, untold: 'bearerToken' }));
  it('leaves other steps alone', () => expect(guideStep('Save it.', values)).toEqual({ text: 'Save it.', copy: null, untold: null }));
});
