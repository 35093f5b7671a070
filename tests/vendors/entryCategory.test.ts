import { expect, it } from 'vitest';
import { newCalendar, newEvent, setEvent, textOfCalendar } from '../../core/vendors/calendarText.ts';
import { shownOf } from '../../core/vendors/outgoing.ts';
import { OUR_ID, outgoing } from './calendarWrites.ts';

/** The one category that a calendar's entries have. */

const fileOf = (...events: ReturnType<typeof outgoing>[]): string => {
  const [calendar, entry] = [newCalendar(), newEvent(OUR_ID)];
  entry.addPropertyWithValue('categories', 'Theirs');
  for (const event of events) setEvent(entry, event, null);
  calendar.addSubcomponent(entry);
  return textOfCalendar(calendar);
};

it('is told with the entry, not of somebody who is only taken, and null where there is none', () => {
  expect(shownOf(outgoing())).not.toHaveProperty('category');
  expect(shownOf(outgoing({ category: ' Weddings ' })).category).toBe('Weddings');
  expect(shownOf(outgoing({ category: 'Weddings', privacy: 'title' })).category).toBe('Weddings');
  expect(shownOf(outgoing({ category: 'Weddings', privacy: 'busy' })).category).toBeNull();
  expect(shownOf(outgoing({ category: '' })).category).toBeNull();
});

it('stands in a CalDAV entry, where nothing was said theirs stays, and none takes it out', () => {
  expect(fileOf(outgoing())).toContain('CATEGORIES:Theirs\r\n');
  const own = fileOf(outgoing({ category: 'Weddings, big' }));
  expect(own).toContain('CATEGORIES:Weddings\\, big\r\n');
  expect(own).not.toContain('Theirs');
  expect(fileOf(outgoing({ category: 'Weddings' }), outgoing({ category: '', sequence: 1 }))).not.toContain('CATEGORIES');
});
