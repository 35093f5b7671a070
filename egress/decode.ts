/** Byte order marks say more than any header. */
const MARKS: readonly (readonly [readonly number[], string])[] = [[[0xef, 0xbb, 0xbf], 'utf-8'], [[0xff, 0xfe], 'utf-16le'], [[0xfe, 0xff], 'utf-16be']];

function read(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // A charset that nobody knows, or bytes that are none of its text: either way not this one.
    return null;
  }
}

/**
 * The text of an answer, without its byte order mark. What reads as UTF-8 is UTF-8 whatever was declared, since many servers
 * declare a charset that they do not send; else the declared one. `damaged` = it is neither: what cannot be read is U+FFFD.
 */
export function decodeBody(bytes: Uint8Array, contentType: string | undefined): { readonly text: string; readonly damaged: boolean } {
  const marked = MARKS.find(([mark]) => mark.every((byte, at) => bytes[at] === byte))?.[1];
  const declared = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  // Plain letters in UTF-16 are UTF-8 as well, with a NUL between each of them.
  const wide = declared?.startsWith('utf-16') === true ? [declared] : [];
  for (const charset of marked ? [marked] : [...wide, 'utf-8', ...(declared ? [declared] : [])]) {
    const text = read(bytes, charset);
    if (text !== null) return { text, damaged: false };
  }
  return { text: new TextDecoder(marked ?? 'utf-8').decode(bytes), damaged: true };
}
