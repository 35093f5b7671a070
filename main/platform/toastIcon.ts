export interface ToastIcon {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel, row by row; colours not multiplied with the last, the opacity. */
  readonly rgba: Buffer;
}

/**
 * A bitmap of Electron (blue, green, red, opacity; colours multiplied with the opacity) as notification daemons want it. The
 * pixels are sent and not a path: in a packaged program the file lies in an archive that only Electron can read.
 */
export function toastIcon(width: number, height: number, bitmap: Buffer): ToastIcon | null {
  if (width <= 0 || height <= 0 || bitmap.length !== width * height * 4) return null;
  const rgba = Buffer.alloc(bitmap.length);
  for (let at = 0; at < bitmap.length; at += 4) {
    const opacity = bitmap[at + 3] ?? 0;
    const plain = (channel: number) => (opacity === 0 ? 0 : Math.min(255, Math.round(((bitmap[at + channel] ?? 0) * 255) / opacity)));
    rgba.set([plain(2), plain(1), plain(0), opacity], at);
  }
  return { width, height, rgba };
}
