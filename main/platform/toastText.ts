/** What a bus cannot carry or a toast cannot show; line ends and tabs stay. Written as escapes, because literal ones are easy to miss. */
const CONTROL = new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]+', 'g');
const MEANINGS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A title is one line and never markup. */
export const titleText = (text: string): string => text.replace(CONTROL, ' ').replace(/\s+/g, ' ').trim();

/**
 * Words of vendors and couples as the body of a toast: never read as markup.
 * @param markup the daemon reads bodies as markup (`body-markup`); one that does not would show the escapes themselves
 */
export function bodyText(text: string, markup: boolean): string {
  const clean = text.replace(CONTROL, ' ');
  return markup ? clean.replace(/[&<>"']/g, (sign) => MEANINGS[sign] ?? sign) : clean;
}
