import { expect, it } from 'vitest';
import type { Change } from '../../../../core/domain/record/changes.ts';
import { withoutOvertaken, type Later } from '../../../../core/domain/record/overtaken.ts';

const change = (fields: Record<string, unknown>, version: string | null = null, deleted = false): Change =>
  ({ kind: 'calendarEvent', remote: { type: 'entry', id: 'e1', version }, wedding: {}, occurredAt: null, fields, ...(deleted ? { deleted } : {}) });
const since = (...fields: string[]): Later => ({ gone: false, fields: new Set(fields) });
const left = (told: Change, later: Later | null, remoteVersion: string | null = null, isMapped = true) =>
  withoutOvertaken([told], () => (isMapped ? { collection: 'calendarEvents', id: 'row', remoteVersion } : null), () => later).map((one) => one.fields);

it('leaves out what was set since, and keeps the rest', () => {
  expect(left(change({ title: 'Old', place: 'Hall' }), since('title'))).toEqual([{ place: 'Hall' }]);
  expect(left(change({ title: 'Old' }), since('title', 'place'))).toEqual([]);
  expect(left(change({ title: 'Old' }), since('place'))).toEqual([{ title: 'Old' }]);
});

it('lets nothing come back that was taken away, and takes nothing away that was told of since', () => {
  expect(left(change({ title: 'Old' }), { gone: true, fields: new Set() })).toEqual([]);
  expect(left(change({}, null, true), since('title'))).toEqual([]);
  expect(left(change({}, null, true), null)).toEqual([{}]);
});

it('leaves it to the versions where both are known, and to the record what is new in it', () => {
  expect(left(change({ title: 'Old' }, '1'), since('title'), '2')).toEqual([{ title: 'Old' }]);
  expect(left(change({ title: 'Old' }, '1'), since('title'))).toEqual([]);
  expect(left(change({ title: 'Old' }), since('title'), null, false)).toEqual([{ title: 'Old' }]);
});
