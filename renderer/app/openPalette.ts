import { spotlight } from '@mantine/spotlight';
import { flushSync } from 'react-dom';

/** The palette's field. */
export const PALETTE_FIELD = 'palette-field';

/**
 * Opens the palette and puts the keyboard into its field before the browser hands over the next key, however long the
 * page takes to draw it: who types on at once loses no letter. The library by itself gives the field its focus some
 * frames later, and what is typed until then goes to whatever had the keyboard before.
 */
export function openPalette(): void {
  flushSync(() => spotlight.open());
  document.getElementById(PALETTE_FIELD)?.focus({ preventScroll: true });
}
