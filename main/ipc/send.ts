import type { WebContents } from 'electron';
import type { PushPayload } from '../../core/contract/ipc.ts';
import type { PushChannel } from '../../core/contract/ipcNames.ts';

export type Push = <C extends PushChannel>(channel: C, payload: PushPayload<C>) => void;

/** The only door from main to a page. Windows that are gone or crashed are passed over: they ask for everything when they load again. */
export function pushTo(windows: () => readonly WebContents[]): Push {
  return (channel, payload) => {
    for (const contents of windows()) if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(channel, payload);
  };
}
