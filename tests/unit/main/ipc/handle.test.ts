import { beforeEach, describe, expect, it, vi } from 'vitest';
import { codedError } from '../../../../core/contract/errors.ts';
import { INVOKE_CHANNELS } from '../../../../core/contract/ipcNames.ts';
import { err, ok } from '../../../../core/contract/result.ts';
import { WALL_INVOKE } from '../../../../core/contract/windows.ts';
import { DEFAULT_SETTINGS } from '../../../../core/contract/settings.ts';
import type { Handlers, InvokeReceiver } from '../../../../main/ipc/handle.ts';
import type { SenderEvent } from '../../../../main/ipc/sender.ts';
import { keptLog } from '../support/fakes.ts';

vi.mock('electron', () => ({ ipcMain: {} }));
const { handleInvocations } = await import('../../../../main/ipc/handle.ts');

type Listener = Parameters<InvokeReceiver['handle']>[1];
const good: SenderEvent = { sender: { id: 7 }, senderFrame: { url: 'app://console/index.html#x', origin: 'app://console', parent: null } };

const calls: string[] = [];
const refusing = () => err(codedError('server.unreachable', 'offline', true));
const handlers: Handlers = {
  'app:boot': () => {
    throw new Error('a bug with a token=abc123 in it');
  },
  'app:open_external': ({ url }) => {
    calls.push(url);
    return ok(true);
  },
  'record:get': () => ok(null),
  'link:get': refusing,
  'link:retry': () => ok(true),
  'api:integrations': refusing,
  'api:deliveries': refusing,
  'api:history': refusing,
  'api:pairing_link': refusing,
  'api:me': refusing,
  'api:devices': refusing,
  'api:revoke_device': refusing,
  'command:send': refusing,
  'outbox:list': () => ok([]),
  'outbox:cancel': refusing,
  'outbox:resolve': refusing,
  'settings:get': () => ok(DEFAULT_SETTINGS),
  'settings:set': (patch) => ok({ ...DEFAULT_SETTINGS, theme: patch.theme ?? 'system' }),
  'server:connect': () => ok(true),
  'notifications:test': () => ok({ outcome: 'shown' }),
  'board:painted': () => ok(true),
  'personal_data:export': refusing,
  'personal_data:preview': refusing,
  'personal_data:erase': refusing,
  'personal_data:readers': refusing,
  'retention:get': refusing,
  'retention:set': refusing,
  'systems:list': refusing,
  'systems:face': refusing,
  'systems:try': refusing,
  'systems:connect': refusing,
  'systems:setup': refusing,
  'systems:change': refusing,
  'systems:rotate': refusing,
  'systems:removal': refusing,
  'systems:remove': refusing,
  'systems:look': refusing,
  'systems:preview_import': refusing,
  'systems:import': refusing,
  'kept:try': refusing,
  'kept:connect': refusing,
  'kept:change': refusing,
  'kept:to_vault': refusing,
  'leave:give': refusing,
  'leave:cancel': () => ok(false),
  'deliveries:search': refusing,
  'deliveries:look': refusing,
  'replay:preview': refusing,
  'replay:dry_run': refusing,
  'replay:dry_run_page': refusing,
  'replay:cancel_dry_run': refusing,
  'replay:start': refusing,
  'replay:list': refusing,
  'replay:state': refusing,
  'replay:cancel': refusing,
  'connection:send_test': refusing,
  'connection:refusals': refusing,
  'figures:all': refusing,
  'figures:connection': refusing,
  'figures:save': refusing,
  'feeds:list': refusing,
  'feeds:make': refusing,
  'feeds:revoke': refusing,
  'enquiries:page': refusing,
  'enquiries:save': refusing,
  'enquiries:replace': refusing,
  'people:list': refusing,
  'people:invite': refusing,
  'people:withdraw_invitation': refusing,
  'people:set_role': refusing,
  'people:remove': refusing,
  'people:reset_link': refusing,
  'sign_on:get': refusing,
  'sign_on:set': refusing,
  'sign_on:remove': refusing,
  'pairing:look': refusing,
  'pairing:approve': refusing,
  'pairing:deny': refusing,
  'pairing:get': refusing,
  'pairing:start': refusing,
  'pairing:cancel': refusing,
  'founding:found': refusing,
  'window:open': () => ok(true),
  'window:wall': () => ok({ open: true, displays: 1 }),
  'presence:say': (_place, from) => {
    calls.push(`page ${from.pageId}`);
    return ok(null);
  },
};

function make() {
  const listeners = new Map<string, Listener>();
  const log = keptLog();
  const receiver: InvokeReceiver = { handle: (channel, listener) => void listeners.set(channel, listener) };
  const { refusals } = handleInvocations({ handlers, kindOf: (id) => (id === 7 ? 'console' : id === 9 ? 'wall' : null), log, receiver });
  const call = async (channel: string, event: SenderEvent, ...args: unknown[]): Promise<unknown> => listeners.get(channel)?.(event, ...args);
  return { listeners, log, refusals, call };
}

beforeEach(() => calls.splice(0));

const onWall: SenderEvent = { ...good, sender: { id: 9 } };

describe('a wall display', () => {
  it.each(INVOKE_CHANNELS.filter((channel) => !WALL_INVOKE.includes(channel)))('is refused %s, whatever it sends', async (channel) => {
    const { call, refusals } = make();
    expect(await call(channel, onWall, {})).toMatchObject({ ok: false, error: { code: 'auth.forbidden' } });
    expect(refusals()).toEqual({ 'auth.forbidden': 1 });
  });
  it('may read what was cut for it, and go away', () => {
    expect([...WALL_INVOKE].sort()).toEqual(['app:boot', 'link:get', 'record:get', 'settings:get', 'window:wall']);
  });
});

describe('handleInvocations', () => {
  it('serves exactly the channels of the contract', () => {
    expect([...make().listeners.keys()].sort()).toEqual([...INVOKE_CHANNELS].sort());
  });

  it('passes parsed input on and answers with data', async () => {
    const { call, refusals } = make();
    expect(await call('app:open_external', good, { url: 'https://example.org/' })).toEqual({ ok: true, value: true });
    expect(await call('record:get', good)).toEqual({ ok: true, value: null });
    expect(await call('settings:set', good, { theme: 'dark' })).toMatchObject({ ok: true, value: { theme: 'dark' } });
    expect(calls).toEqual(['https://example.org/']);
    expect(refusals()).toEqual({});
  });

  it.each<[string, SenderEvent, string]>([
    ['another window', { ...good, sender: { id: 8 } }, 'unknown_window'],
    ['a frame that is gone', { ...good, senderFrame: null }, 'frame_gone'],
    ['a frame within', { ...good, senderFrame: { url: 'app://console/', origin: 'app://console', parent: {} } }, 'not_main_frame'],
    ['a web page', { ...good, senderFrame: { url: 'https://evil.example/', origin: 'https://evil.example', parent: null } }, 'wrong_origin'],
    ['a host that begins alike', { ...good, senderFrame: { url: 'app://console.evil/', origin: 'app://console.evil', parent: null } }, 'wrong_origin'],
    ['an opaque origin', { ...good, senderFrame: { url: 'app://console/', origin: 'null', parent: null } }, 'wrong_origin'],
    ['a file', { ...good, senderFrame: { url: 'file:///app/console', origin: 'file://', parent: null } }, 'wrong_origin'],
  ])('refuses %s before anything else', async (_what, event, why) => {
    const { call, log, refusals } = make();
    expect(await call('app:open_external', event, { url: 'https://example.org/' })).toMatchObject({ ok: false, error: { code: 'ipc.sender_refused' } });
    expect(calls).toEqual([]);
    expect(refusals()).toEqual({ 'ipc.sender_refused': 1 });
    expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { channel: 'app:open_external', why } });
  });

  it.each<[string, string, unknown[]]>([
    ['missing input', 'app:open_external', []],
    ['wrong type', 'app:open_external', [{ url: 1 }]],
    ['unknown field', 'app:open_external', [{ url: 'https://a.example', also: 1 }]],
    ['input where none is taken', 'record:get', [{}]],
    ['more than one argument', 'app:open_external', [{ url: 'https://a.example' }, 1]],
    ['a setting that is not for pages', 'settings:set', [{ serverUrl: 'https://evil.example' }]],
    ['an id that is none', 'api:deliveries', [{ connectionId: '../x' }]],
    ['an unknown command', 'command:send', [{ type: 'organisation.delete', commandId: 'x' }]],
  ])('refuses %s, counted and logged without the content', async (_what, channel, args) => {
    const { call, log, refusals } = make();
    expect(await call(channel, good, ...args)).toMatchObject({ ok: false, error: { code: 'ipc.arguments_invalid', retryable: false } });
    expect(refusals()).toEqual({ 'ipc.arguments_invalid': 1 });
    expect(log.lines[0]?.fields['issues']).toBeDefined();
    expect(JSON.stringify(log.lines)).not.toContain('evil.example');
  });

  it('hands a coded error on as it is', async () => {
    const { call, refusals } = make();
    expect(await call('api:integrations', good)).toEqual({ ok: false, error: { code: 'server.unreachable', message: 'offline', retryable: true } });
    expect(refusals()).toEqual({});
  });

  it('turns a bug into a coded answer that leaks nothing', async () => {
    const { call, log, refusals } = make();
    const answer = await call('app:boot', good);
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('abc123');
    expect(log.lines[0]?.fields['error']).toBeInstanceOf(Error);
    expect(refusals()).toEqual({ internal: 1 });
  });
});
