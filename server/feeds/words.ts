import words from '../../resources/locales/entries.en.json' with { type: 'json' };
import type { EntryWords } from '../../core/domain/calendars/entry.ts';

const { feed, ...entry } = words;

/** What entries of ours say in calendars that are kept elsewhere. */
export const ENTRY_WORDS: EntryWords = entry;

/** How a feed is called in the calendar of its subscriber. */
export const FEED_WORDS: typeof feed = feed;
