import { feedCalls, type FeedCalls } from '../../../core/contract/calls/feeds.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { asked } from './http.ts';

export const browserFeeds = (): FeedCalls => feedCalls(asked);
export const desktopFeeds = (bridge: Bridge): FeedCalls => ({ list: () => bridge.feeds(), make: (request) => bridge.makeFeed(request), revoke: (id) => bridge.revokeFeed({ id }) });
