import { describe, expect, it, vi } from 'vitest';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { BRIDGE_NAME, INVOKE_CHANNELS, PUSH_CHANNELS } from '../../../core/contract/ipcNames.ts';

const { exposed, invoked, listeners, parsed } = vi.hoisted(() => ({
  parsed: [] as (() => void)[],
  exposed: new Map<string, unknown>(),
  invoked: [] as unknown[][],
  listeners: new Map<string, Set<(event: unknown, payload: unknown) => void>>(),
}));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => void exposed.set(name, value) },
  ipcRenderer: {
    invoke: (...args: unknown[]) => {
      invoked.push(args);
      return Promise.resolve({ ok: true, value: null });
    },
    on: (channel: string, listener: (event: unknown, payload: unknown) => void) => void listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener)),
    removeListener: (channel: string, listener: (event: unknown, payload: unknown) => void) => void listeners.get(channel)?.delete(listener),
  },
}));
vi.stubGlobal('window', { addEventListener: (what: string, then: () => void) => void (what === 'DOMContentLoaded' && parsed.push(then)) });
await import('../../../preload/index.ts');
const bridge = exposed.get(BRIDGE_NAME) as Bridge;

describe('the bridge', () => {
  it('is all that the page gets', () => {
    expect([...exposed.keys()]).toEqual([BRIDGE_NAME]);
    expect(Object.values(bridge).every((verb) => typeof verb === 'function')).toBe(true);
    expect(Object.keys(bridge)).toHaveLength(INVOKE_CHANNELS.length + PUSH_CHANNELS.length);
  });

  it('reaches every channel, each by one verb', async () => {
    const verbs = Object.entries(bridge).filter(([name]) => !name.startsWith('on')) as unknown as [string, (input?: unknown) => Promise<unknown>][];
    for (const [, verb] of verbs) await verb({ a: 1 });
    expect(invoked.map(([channel]) => channel)).toEqual([...INVOKE_CHANNELS]);
    const stops = (Object.entries(bridge).filter(([name]) => /^on[A-Z]/.test(name)) as unknown as [string, (listener: () => void) => () => void][]).map(([, listen]) => listen(() => undefined));
    expect([...listeners.keys()].sort()).toEqual([...PUSH_CHANNELS].sort());
    stops.forEach((stop) => stop());
    expect([...listeners.values()].every((set) => set.size === 0)).toBe(true);
  });

  it('gives listeners the data and never the event, until they stop', () => {
    const heard: unknown[][] = [];
    const stop = bridge.onNavigate((...args) => heard.push(args));
    const send = () => listeners.get('navigate')?.forEach((listener) => listener({ sender: 'the event' }, { view: 'settings' }));
    send();
    stop();
    send();
    expect(heard).toEqual([[{ view: 'settings' }]]);
  });

  it('takes away the line that leads to a page of the server, and nothing else', () => {
    const asked: string[] = [];
    let gone = 0;
    vi.stubGlobal('document', { querySelector: (selector: string) => { asked.push(selector); return { remove: () => (gone += 1) }; } });
    expect(parsed).toHaveLength(1);
    parsed.forEach((then) => then());
    expect([asked, gone]).toEqual([['#root .late'], 1]);
    vi.unstubAllGlobals();
  });
});
