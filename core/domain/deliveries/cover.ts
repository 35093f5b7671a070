/** What personal data looks like in free text, and how it is covered. Pure. */

export const COVER = '•••';
export const covered = (kind: string): string => `${COVER} (${kind})`;

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,190}\.\p{L}{2,24}/gu;
/** The same within a form or an address. */
const EMAIL_ENCODED = /[\w.%+-]{1,64}%40[\w.-]{1,190}\.[A-Za-z]{2,24}/g;
/** A run of digits as people write cards and numbers; what it is, is decided by {@link kindOfDigits}. */
const DIGITS = /(?<![\p{L}\p{N}_.-])[+(]?\d[\d ().\u00a0-]{5,30}\d(?![\p{L}\p{N}_-])/gu;
const PHONE_SHORTEST = 8;
const PHONE_LONGEST = 15;

/** Check digit of card numbers (ISO/IEC 7812). */
function hasCardCheck(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const counted = at % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/**
 * Dates, amounts, counters and ids are digits too: a number is taken for a telephone's only when it is written like one,
 * with a plus, a bracket, a leading zero, or in groups of three, three and four.
 */
function kindOfDigits(text: string): 'card' | 'phone' | null {
  const digits = text.replace(/\D/g, '');
  if (/^[\d -]+$/.test(text) && digits.length >= 13 && digits.length <= 19 && /^[3-6]/.test(digits) && hasCardCheck(digits)) return 'card';
  if (digits.length < PHONE_SHORTEST || digits.length > PHONE_LONGEST) return null;
  if (text.startsWith('+') || text.startsWith('(')) return 'phone';
  if (/^0\d/.test(text) && digits.length >= 9 && digits.length <= 12 && !/^\d{1,4}[.-]\d{1,2}[.-]\d{2,4}/.test(text)) return 'phone';
  return /^(1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}$/.test(text) ? 'phone' : null;
}

/** E-mail addresses, telephone numbers and card numbers in a text are covered, the rest stays. */
export function coverText(text: string): string {
  const withoutMail = text.includes('@') ? text.replace(EMAIL, covered('e-mail')) : text;
  const plain = withoutMail.includes('%40') ? withoutMail.replace(EMAIL_ENCODED, covered('e-mail')) : withoutMail;
  return plain.replace(DIGITS, (run) => {
    const kind = kindOfDigits(run);
    return kind === null ? run : covered(kind);
  });
}
