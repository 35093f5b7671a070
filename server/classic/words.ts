import words from '../../resources/locales/classic.en.json' with { type: 'json' };

/** Every word of the classic page. */
export const WORDS: typeof words = words;

/** A sentence with its gaps filled; a gap that nobody fills stays as it is. */
export const filled = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replace(/\{\{(\w+)\}\}/g, (gap, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : gap));

const CODES: Readonly<Record<string, string>> = words.failed.codes;

/** What a code means to whoever reads the page. */
export const failure = (code: string, values: Readonly<Record<string, string | number>> = {}): string => filled((Object.hasOwn(CODES, code) ? CODES[code] : undefined) ?? words.failed.other, values);
