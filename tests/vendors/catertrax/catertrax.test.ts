import { describe, expect, it } from 'vitest';
import { catertrax } from '../../../core/vendors/catertrax/index.ts';
import { stored } from '../ports.ts';
import { changesOf, rowWords, SETTINGS } from '../recipes.ts';
import { samples } from './samples.ts';

describe('CaterTrax', () => {
  it('reads the lines of a file', () => {
    expect(rowWords(samples)).toEqual([['contact', 'booking:definite'], ['contact', 'booking:hold'], ['contact', 'booking:cancelled']]);
  });

  it('takes an exported order for a completed one, and wants its number', () => {
    const order = { reference: '77120', event_date: '2027-06-12', status: 'Exported', amount: '2400' };
    const brought = catertrax.file?.bring(order, { ...SETTINGS, currency: 'USD' });
    if (brought?.ok !== true) throw new Error(JSON.stringify(brought));
    expect(changesOf(catertrax.file!.normalise(stored(brought.value.body, { settings: { currency: 'USD' } })))).toMatchObject([{ kind: 'booking', remote: { id: '77120' }, fields: { status: 'completed', amountMinor: 240_000, currency: 'USD' } }]);
    expect(catertrax.file?.bring({ event_date: '2027-06-12', email: 'a@example.org' }, SETTINGS)).toMatchObject({ ok: false, error: { message: 'Reference is missing.' } });
  });
});
