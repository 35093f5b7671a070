/** An address is small letters and digits and nothing in it is decoded, so typed text goes as its UTF-16 units in hexadecimal. */
export const asAddress = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('');

/** Inverse of {@link asAddress}; null = it is none. */
export const fromAddress = (text: string): string | null =>
  (/^([0-9a-f]{4})+$/.test(text) ? (text.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('') : null);
