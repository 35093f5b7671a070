/**
 * How text becomes words that can be compared, the same for what is searched and for what is typed: without case, accents,
 * apostrophes and the differences between forms of one letter, in any script.
 */

/** Letters that no decomposition takes apart, as people type them on another keyboard. */
const PLAIN: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ħ: 'h', ŋ: 'n' };
const PLAIN_LETTERS = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');
/** Apostrophes and what stands for them, Hebrew geresh and gershayim, Arabic tatweel, soft hyphens, direction marks. */
const DROPPED = /['’‘ʼʹ`´′״׳\u0640\u00ad\u200b-\u200f\u2066-\u2069]/g;
const ASCII = /^[\x20-\x7e]*$/;

/** Lower case, decomposed, without marks and apostrophes. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase().replace(/['`]/g, '');
  return text
    .replace(DROPPED, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    // Lower case may bring marks of its own (the dot of a Turkish I).
    .replace(/\p{M}+/gu, '')
    .replace(PLAIN_LETTERS, (letter) => PLAIN[letter] ?? letter);
}

/** Numbers keep their point or colon (`1250.00`, `14:05`), everything else is letters and digits in a row. */
const WORD = /\d+(?:[.:]\d+)+(?![\p{L}\d])|[\p{L}\p{N}]+/gu;
const THOUSANDS = /(\d)[,\u00a0\u202f](?=\d{3}(?!\d))/g;

/** The words of a text, folded; in the order of the text, repeated ones once. */
export function wordsOf(text: string): string[] {
  return [...new Set(fold(text.replace(THOUSANDS, '$1')).match(WORD) ?? [])];
}

/** Scripts that are written without spaces: one or two letters are a word there. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
export const isUnspaced = (word: string): boolean => UNSPACED.test(word);

const DATE = /^\s*\d{1,4}[-/.\s]\d{1,2}[-/.\s]\d{1,4}\s*$/;
const PHONE = /^\s*[+(]?[\d\s()\-/.]+$/;
const PHONE_DIGITS = 7;
/** Nobody types more; what is pasted must not outweigh the rule that today comes first. */
const QUERY_WORDS = 20;

/** Digits of a telephone number without what is put in front of it inside a country; null = it is too short for one. */
export function phoneDigits(text: string): string | null {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '');
  return digits.length >= PHONE_DIGITS ? digits : null;
}

/** What is looked for: every word must be found. A typed telephone number is one word, however it is grouped. */
export function queryWords(query: string): string[] {
  const text = query.normalize('NFKC');
  if (DATE.test(text)) return [...new Set(text.match(/\d+/g)?.map((part) => part.replace(/^0(?=\d)/, '')) ?? [])];
  const phone = PHONE.test(text) && !/^\s*\d+\.\d{1,2}\s*$/.test(text) ? phoneDigits(text) : null;
  return phone === null ? wordsOf(text).slice(0, QUERY_WORDS) : [phone];
}
