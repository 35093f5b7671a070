import type { WebContents } from 'electron';
import type { PushPayload } from '../../core/contract/ipc.ts';
import type { PushChannel } from '../../core/contract/ipcNames.ts';

export type Push = <C extends PushChannel>(channel: C, payload: PushPayload<C>) => void;

/** The only door from main to a page; `only` = what those pages may be told at all. Windows that are gone or crashed are passed over: they ask for everything when they load again. */
export function pushTo(windows: () => readonly WebContents[], only?: readonly PushChannel[]): Push {
  return (channel, payload) => {
    if (only && !only.includes(channel)) return;
    for (const contents of windows()) if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(channel, payload);
  };
}
