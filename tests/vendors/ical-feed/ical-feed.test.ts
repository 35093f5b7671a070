import { expect, it } from 'vitest';
import { icalFeed } from '../../../core/vendors/ical-feed/index.ts';
import { stored } from '../ports.ts';
import { entry } from './samples.ts';

// What an entry means in detail is tested with the shared reader (tests/vendors/feeds.test.ts).
it('takes entries for entries of a calendar, unless the connection says that they are bookings', () => {
  const kindOf = (settings: Record<string, string>) => {
    const meant = icalFeed.feed!.normalise(stored(JSON.stringify(entry), { vendorEvent: 'entry', settings }));
    return meant.ok && meant.value.kind === 'changes' ? meant.value.changes.map((change) => change.kind) : meant;
  };
  expect(kindOf({})).toEqual(['calendarEvent']);
  expect(kindOf({ feedMeans: 'bookings', trade: 'music', vendorName: 'The Quartet' })).toEqual(['booking']);
});
