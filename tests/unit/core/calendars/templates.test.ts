import { describe, expect, it } from 'vitest';
import { unknownPlaceholder } from '../../../../core/contract/record/entryTemplates.ts';
import { descriptionFrom, descriptionTemplate, titleFrom, titleTemplate, type Filled } from '../../../../core/domain/calendars/templates.ts';

/** Titles and descriptions in a calendar's own words. */

const filled: Filled = { what: 'Photos', wedding: 'Amara & Tom', kind: 'Booking', status: 'Held', vendor: 'Ana Ruiz', trade: 'Photography', room: '', 'call time': '13:30', contact: '' };

describe('a title', () => {
  it.each([
    ['{wedding}: {what}', 'Amara & Tom: Photos'],
    ['{Call  Time} {vendor} ({room})', '13:30 Ana Ruiz'],
    ['{room} · {what} – {contact}', 'Photos'],
    ['{room}', ''],
    ['no names at all', 'no names at all'],
    ['{ what }\n{kind}', 'Photos Booking'],
    ['a { brace', 'a { brace'],
  ])('%s', (template, says) => expect(titleFrom(template, filled)).toBe(says));

  it('what somebody is called is no template', () => {
    expect(titleFrom('{what}', { ...filled, what: 'Dinner {wedding} $& $1' })).toBe('Dinner {wedding} $& $1');
  });
});

it('a description leaves out a line that has nothing to say, and keeps those that name nothing', () => {
  const template = 'Call {call time}\nRoom: {room}\n\nWith {contact} or {vendor}\nBring ID';
  expect(descriptionFrom(template, filled)).toBe('Call 13:30\n\nWith  or Ana Ruiz\nBring ID');
});

it('only who may see everything is told by a template, and an empty one is none', () => {
  const own = { titleTemplate: '{what}', descriptionTemplate: '{room}' };
  for (const privacy of ['title', 'busy'] as const) expect([titleTemplate({ ...own, privacy }), descriptionTemplate({ ...own, privacy })]).toEqual([null, null]);
  expect([titleTemplate({ ...own, privacy: 'full' }), descriptionTemplate({ ...own, privacy: 'full' })]).toEqual(['{what}', '{room}']);
  for (const empty of ['', '  ', null, undefined]) expect(titleTemplate({ privacy: 'full', ...(empty === undefined ? {} : { titleTemplate: empty }) })).toBeNull();
});

it('names what there is no such thing', () => {
  expect(['{what} {room}', 'plain', '{ CALL TIME }', ''].map(unknownPlaceholder)).toEqual([null, null, null, null]);
  expect(['{bride}', '{what} {}', '{what} { price of all }'].map(unknownPlaceholder)).toEqual(['bride', '', 'price of all']);
});
