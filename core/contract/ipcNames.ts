/**
 * Names that cross the bridge between main and the console, without schemas, because the preload must stay free of
 * libraries. `ipc.ts` is held to exactly these names by its type.
 */
export const INVOKE_CHANNELS = ['app:boot', 'app:open_external', 'record:get', 'link:get', 'link:retry', 'api:integrations', 'api:deliveries', 'api:history', 'api:pairing_link', 'api:me', 'api:devices', 'api:revoke_device', 'command:send', 'outbox:list', 'outbox:cancel', 'outbox:resolve', 'settings:get', 'settings:set', 'server:connect', 'notifications:test', 'board:painted'] as const;
export type InvokeChannel = (typeof INVOKE_CHANNELS)[number];

export const PUSH_CHANNELS = ['record:snapshot', 'record:patch', 'link:status', 'outbox:changed', 'navigate', 'banner', 'settings:changed'] as const;
export type PushChannel = (typeof PUSH_CHANNELS)[number];

/** Name of the bridge on `window`. */
export const BRIDGE_NAME = 'wedsync';
