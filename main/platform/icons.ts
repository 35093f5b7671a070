import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeImage, type NativeImage } from 'electron';
import type { LinkStatus } from '../../core/contract/stream.ts';

export type Glyph = 'live' | 'catching-up' | 'offline';

/** Shape first: the three are told apart without colour. */
export function glyphOf(state: LinkStatus['state']): Glyph {
  switch (state) {
    case 'live':
      return 'live';
    case 'connecting':
    case 'catching_up':
      return 'catching-up';
    case 'offline':
    case 'refused':
      return 'offline';
  }
}

/** @param ink the colour of the strokes: light ones for a dark panel */
export function trayImage(folder: string, glyph: Glyph, ink: 'dark' | 'light'): NativeImage {
  // The @2x file beside it is found by Electron itself.
  const image = nativeImage.createFromPath(join(folder, `tray-${glyph}-${ink}.png`));
  if (process.platform === 'darwin') image.setTemplateImage(true);
  return image;
}

export function appIcon(folder: string): string {
  return join(folder, 'app.png');
}

export const hasIcons = (folder: string): boolean => existsSync(appIcon(folder));
