/**
 * Names that cross the bridge between main and the console, without schemas, because the preload must stay free of
 * libraries. `ipc.ts` is held to exactly these names by its type.
 */
export const INVOKE_CHANNELS = ['app:boot', 'app:open_external', 'record:get', 'link:get', 'link:retry', 'api:integrations', 'api:deliveries', 'api:history', 'api:pairing_link', 'api:me', 'api:devices', 'api:revoke_device', 'command:send', 'outbox:list', 'outbox:cancel', 'outbox:resolve', 'settings:get', 'settings:set', 'server:connect', 'notifications:test', 'board:painted', 'window:open', 'window:wall', 'presence:say', 'people:list', 'people:invite', 'people:withdraw_invitation', 'people:set_role', 'people:remove', 'people:reset_link', 'sign_on:get', 'sign_on:set', 'sign_on:remove', 'pairing:look', 'pairing:approve', 'pairing:deny', 'pairing:get', 'pairing:start', 'pairing:cancel', 'founding:found', 'personal_data:export', 'personal_data:preview', 'personal_data:erase', 'personal_data:readers', 'retention:get', 'retention:set', 'systems:list', 'systems:face', 'systems:try', 'systems:connect', 'systems:setup', 'systems:change', 'systems:rotate', 'systems:removal', 'systems:remove', 'systems:look', 'systems:preview_import', 'systems:import', 'kept:try', 'kept:connect', 'kept:change', 'kept:to_vault', 'leave:give', 'leave:cancel', 'deliveries:search', 'deliveries:look', 'replay:preview', 'replay:dry_run', 'replay:dry_run_page', 'replay:cancel_dry_run', 'replay:start', 'replay:list', 'replay:state', 'replay:cancel', 'connection:send_test', 'connection:refusals', 'figures:all', 'figures:connection', 'figures:save', 'feeds:list', 'feeds:make', 'feeds:revoke', 'enquiries:page', 'enquiries:save', 'enquiries:replace'] as const;
export type InvokeChannel = (typeof INVOKE_CHANNELS)[number];

export const PUSH_CHANNELS = ['record:snapshot', 'record:patch', 'link:status', 'outbox:changed', 'navigate', 'banner', 'settings:changed', 'window:shown', 'presence:changed', 'pairing:changed'] as const;
export type PushChannel = (typeof PUSH_CHANNELS)[number];

/** Name of the bridge on `window`. */
export const BRIDGE_NAME = 'wedsync';
