import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRESENCE_LISTED, PRESENCE_STATES, PresenceList } from '../../../../core/contract/presence.ts';
import { initials, presenceList, type Present } from '../../../../core/domain/presence/presence.ts';
import { fixtureId } from '../../../support/fixtures/record.ts';

const wall = (at: number): string => new Date(Math.round(at)).toISOString();
const one = (fields: Partial<Present>): Present => ({ deviceId: fixtureId(12, 1), device: 'Desk', kind: 'browser', role: 'owner', person: null, page: fixtureId(13, 1), view: 'day', weddingId: null, state: 'here', saidAt: 0, sinceAt: 0, ...fields });

describe('the list of who is here', () => {
  it('has a device with several pages once, where somebody is, and of those the last used', () => {
    const pages = [
      one({ page: fixtureId(13, 1), view: 'settings', saidAt: 5 }),
      one({ page: fixtureId(13, 2), view: 'integrations', saidAt: 9 }),
      one({ page: fixtureId(13, 3), view: 'day', state: 'away', saidAt: 20 }),
    ];
    expect(presenceList(pages, wall)).toMatchObject({ total: 1, entries: [{ view: 'integrations', state: 'here' }] });
  });

  it('takes the newer word of a page that is known by two lines', () => {
    expect(presenceList([one({ state: 'here', saidAt: 1 }), one({ state: 'idle', saidAt: 2 })], wall).entries).toMatchObject([{ state: 'idle' }]);
  });

  it('is the same whatever the order, fits the contract, and is cut with the true number', () => {
    const some = fc.record({
      device: fc.integer({ min: 0, max: 300 }),
      page: fc.integer({ min: 0, max: 2 }),
      state: fc.constantFrom(...PRESENCE_STATES),
      saidAt: fc.integer({ min: 0, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(some, { maxLength: 400, selector: ({ saidAt }) => saidAt }), (people) => {
        const present = people.map(({ device, page, state, saidAt }) => one({ deviceId: fixtureId(12, device), device: `Desk ${device}`, page: fixtureId(13, device * 3 + page), state, saidAt, sinceAt: saidAt }));
        const list = presenceList(present, wall);
        expect(presenceList([...present].reverse(), wall)).toEqual(list);
        expect(PresenceList.safeParse(list).success).toBe(true);
        expect(list.total).toBe(new Set(people.map(({ device }) => device)).size);
        expect(list.entries).toHaveLength(Math.min(list.total, PRESENCE_LISTED));
      }),
    );
  });

  it('makes initials of names of any script', () => {
    expect(['Siobhán Ní Dhomhnaill', 'front-desk', 'נועה ברקוביץ׳', '山田太郎', 'Élodie', '  ', 'Browser on iPad'].map(initials)).toEqual(['SD', 'FD', 'נב', '山', 'É', '?', 'BI']);
  });
});
