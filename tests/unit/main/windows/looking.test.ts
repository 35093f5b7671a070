import { expect, it } from 'vitest';
import { placeOfAddress } from '../../../../main/windows/looking.ts';
import { testId } from '../../../support/builders.ts';

const wedding = testId();
const other = testId();

it.each([
  ['app://console/index.html', { view: 'day', weddingId: null, alertId: null }],
  [`app://console/#/wedding/${wedding}`, { view: 'day', weddingId: wedding, alertId: null }],
  [`app://console/#/wedding/${wedding}/payment/${other}`, { view: 'day', weddingId: wedding, alertId: null }],
  [`app://console/#/wedding/${wedding}/alert/${other}`, { view: 'day', weddingId: wedding, alertId: other }],
  ['app://console/#/settings', { view: 'settings' }],
  ['app://console/#/elsewhere', null],
  ['', null],
])('%s', (address, place) => {
  expect(placeOfAddress(address)).toEqual(place);
});
