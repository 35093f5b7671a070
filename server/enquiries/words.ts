import words from '../../resources/locales/enquiry.en.json' with { type: 'json' };

/** Every word of the page on which a couple asks for a day, and what the record says of it. */
export const WORDS: typeof words = words;
