import { expect, test } from 'vitest';
import { bodyTells, tracesOfPerson, type Others } from '../../../../../core/domain/privacy/traces.ts';

const NOBODY: Others = { names: new Set(), emails: new Set(), phones: new Set() };
const zoe = { names: ['Zoë O’Hara-Léon'], emails: ['zoe+day@example.org'], phones: ['+44 (0)7700 900-123'] };
const { anywhere, near } = tracesOfPerson(zoe, NOBODY, true);

test.each([
  ['Zoë O’Hara-Léon paid', 'Erased paid'],
  ['ZOË  O\'HARA-LÉON', 'Erased'],
  ['Zoë O’Hara-Léon'.normalize('NFD'), 'Erased'],
  ['mail ZOE+DAY@example.org, or zoe%2Bday%40example.org', 'mail Erased, or Erased'],
  ['07700 900123 / 00447700900123 / +44 7700 900 123', 'Erased / Erased / Erased'],
  ['nothing of anybody: 1207700900 and joezoe+day@example.orgs', null],
  ['2026-11-20T10:00:00.000Z', null],
])('%s', (text, masked) => {
  expect(anywhere.finds(text)).toBe(masked !== null);
  expect(anywhere.mask(text)).toBe(masked ?? text);
});

test('parts of a name stand for the person only near them, and not where somebody else has them too', () => {
  expect(anywhere.finds('Zoë & Tom')).toBe(false);
  expect(near.mask('Zoë & Tom')).toBe('Erased & Tom');
  const others = { ...NOBODY, names: new Set(['tom o’hara-léon']) };
  expect(tracesOfPerson({ names: ['Zoë Léon'], emails: [], phones: [] }, { ...others, names: new Set(['tom léon']) }, true).near.mask('Zoë & Tom Léon')).toBe('Erased & Tom Léon');
});

test('what somebody else has too, or what is too short to mean anybody, is looked for only near the person', () => {
  const shared = tracesOfPerson({ names: ['Kim Lee', 'Bo', 'Unnamed contact'], emails: ['a@example.org'], phones: ['12'] }, { names: new Set(['kim lee']), emails: new Set(['a@example.org']), phones: new Set() }, false);
  expect(shared.anywhere.sql).toBeNull();
  expect(['Kim Lee', 'Bo', 'a@example.org', 'call 12', 'Unnamed contact', 'Bob'].map((text) => shared.near.finds(text))).toEqual([true, true, true, true, false, false]);
  expect(tracesOfPerson({ names: [], emails: [], phones: [] }, NOBODY, true).near.mask({ a: ['b'] })).toEqual({ a: ['b'] });
});

test('bodies are read as JSON, as forms and as they are', () => {
  expect(bodyTells('{"a":{"b":["x\\nZo\\u00eb O\\u2019Hara-L\\u00e9on"]}}', anywhere)).toBe(true);
  expect(bodyTells('{"phone":447700900123}', anywhere)).toBe(true);
  expect(bodyTells('name=Zo%C3%AB+O%E2%80%99Hara-L%C3%A9on', anywhere)).toBe(true);
  expect(bodyTells('%E0%A4%A', anywhere)).toBe(false);
  expect(bodyTells('{"to":"joezoe+day@example.orgs"}', anywhere)).toBe(false);
});
