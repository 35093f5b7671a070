import { z } from 'zod';
import type { InvokeChannel, PushChannel } from './ipcNames.ts';

/** Windows of one desktop at the same time, whatever they show. */
export const WINDOW_LIMIT = 8;

/** What a window is for. A wall display is looked at by people who are let in nowhere, so it may ask for next to nothing. */
export type WindowKind = 'console' | 'wall';

/** All that a wall display may ask of main; every other channel, also one of tomorrow, is refused with `auth.forbidden`. */
export const WALL_INVOKE: readonly InvokeChannel[] = ['app:boot', 'record:get', 'link:get', 'settings:get', 'window:wall'];
/** All that a wall display is told; record and settings only as cut for it. */
export const WALL_PUSH: readonly PushChannel[] = ['record:snapshot', 'record:patch', 'link:status', 'settings:changed'];

/**
 * A console address behind `#/`, as `renderer/app/routes.ts` writes it: `wedding/ID/alert/ID`, `integrations`. It is put
 * behind the console's own page and read there; nothing else of an address can be chosen.
 */
export const WindowPath = z.string().max(200).regex(/^[a-z]+(?:\/[a-z0-9-]+)*$/);

export const OpenWindow = z.strictObject({
  path: WindowPath,
  /** `details` = only what is selected, without the frame around it. */
  shows: z.enum(['frame', 'details']),
});
export type OpenWindow = z.infer<typeof OpenWindow>;

export const WallAction = z.strictObject({ action: z.enum(['open', 'close', 'next_display']) });
export type WallAction = z.infer<typeof WallAction>;

/** Where the wall display stands now. */
export const WallState = z.object({ open: z.boolean(), displays: z.int().min(0) });
export type WallState = z.infer<typeof WallState>;

/** Names in the page's address, before the `#`. */
export const SHOWS_PARAMETER = 'shows';
/** The address of the wall display, in the desktop and in a browser. */
export const WALL_HASH = '#wall';
