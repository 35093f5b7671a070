import { describe, expect, it } from 'vitest';
import { loadKeytar, openKeychain, type Keytar } from '../../../../main/platform/secrets.ts';
import { keptLog } from '../support/fakes.ts';

function memoryKeytar(overrides: Partial<Keytar> = {}): Keytar & { readonly held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    getPassword: (service, account) => Promise.resolve(held.get(`${service}/${account}`) ?? null),
    setPassword: (service, account, password) => {
      held.set(`${service}/${account}`, password);
      return Promise.resolve();
    },
    deletePassword: (service, account) => Promise.resolve(held.delete(`${service}/${account}`)),
    ...overrides,
  };
}
const open = (load: () => Promise<Keytar>, log = keptLog()) => openKeychain({ load, service: 'WedSync test', timeoutMs: 50, log });

describe('openKeychain', () => {
  it('stores, reads and forgets under its own service', async () => {
    const keytar = memoryKeytar();
    const secrets = await open(() => Promise.resolve(keytar));
    expect(secrets.available).toBe(true);
    expect(keytar.held.size).toBe(0);
    await secrets.set('device-token a', 't1');
    expect(keytar.held.get('WedSync test/device-token a')).toBe('t1');
    expect(await secrets.get('device-token a')).toBe('t1');
    await secrets.delete('device-token a');
    expect(await secrets.get('device-token a')).toBeNull();
  });

  it.each<[string, () => Promise<Keytar>]>([
    ['no binary for this machine', () => Promise.reject(new Error('Cannot find native binding'))],
    ['no session bus', () => Promise.resolve(memoryKeytar({ setPassword: () => Promise.reject(new Error("Couldn't access platform storage")) }))],
    ['a keyring that nobody unlocks', () => Promise.resolve(memoryKeytar({ setPassword: () => new Promise(() => undefined) }))],
    ['a module that never loads', () => new Promise(() => undefined)],
    ['a keychain that forgets', () => Promise.resolve(memoryKeytar({ getPassword: () => Promise.resolve(null) }))],
  ])('goes on without it: %s', async (_what, load) => {
    const log = keptLog();
    const secrets = await open(load, log);
    expect(secrets.available).toBe(false);
    await secrets.set('device-token a', 't1');
    expect(await secrets.get('device-token a')).toBeNull();
    expect(log.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });

  it('bounds each later call too', async () => {
    let locked = false;
    const keytar = memoryKeytar();
    const get = keytar.getPassword;
    const secrets = await open(() => Promise.resolve({ ...keytar, getPassword: (service, account) => (locked ? new Promise(() => undefined) : get(service, account)) }));
    locked = true;
    await expect(secrets.get('device-token a')).rejects.toThrow('did not answer');
  });
});

describe('loadKeytar', () => {
  it('finds the interface in the installed package', async () => {
    const keytar = await loadKeytar();
    expect([typeof keytar.getPassword, typeof keytar.setPassword, typeof keytar.deletePassword]).toEqual(['function', 'function', 'function']);
  });
});
