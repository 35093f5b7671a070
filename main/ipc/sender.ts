import { CONSOLE_ORIGIN, isConsoleUrl } from '../platform/console.ts';

/** The part of Electron's invoke event that says who is asking. */
export interface SenderEvent {
  readonly sender: { readonly id: number };
  readonly senderFrame: { readonly url: string; readonly origin: string; readonly parent: unknown } | null;
}

export type SenderRefusal = 'unknown_window' | 'frame_gone' | 'not_main_frame' | 'wrong_origin';

/** Only the main frame of one of our windows, showing our own console, may ask. @returns why not, or null. */
export function refuseSender(event: SenderEvent, isOurWindow: (webContentsId: number) => boolean): SenderRefusal | null {
  if (!isOurWindow(event.sender.id)) return 'unknown_window';
  const frame = event.senderFrame;
  if (!frame) return 'frame_gone';
  if (frame.parent !== null) return 'not_main_frame';
  return frame.origin === CONSOLE_ORIGIN && isConsoleUrl(frame.url) ? null : 'wrong_origin';
}
