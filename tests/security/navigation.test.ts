import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { guardNavigation } from '../../main/windows/navigation.ts';
import { keptLog } from '../unit/main/support/fakes.ts';

type Contents = Parameters<typeof guardNavigation>[0];
type OpenHandler = Parameters<Contents['setWindowOpenHandler']>[0];

/** Stands for a web contents: real events, and the handler that Electron would call for `window.open`. */
class FakeContents extends EventEmitter {
  openHandler: OpenHandler | null = null;
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
}

function make() {
  const contents = new FakeContents();
  const log = keptLog();
  const openExternal = vi.fn((_url: string) => Promise.resolve());
  guardNavigation(contents as unknown as Contents, { log, openExternal });
  return { contents, log, openExternal };
}

describe('navigation guards', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s is denied, whatever the address', (kind) => {
    for (const url of ['https://evil.example/', 'app://console/index.html', 'file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'wedsync://day', '']) {
      const { contents, log, openExternal } = make();
      const preventDefault = vi.fn();
      contents.emit(kind, { preventDefault, url });
      expect(preventDefault).toHaveBeenCalledOnce();
      expect(openExternal).not.toHaveBeenCalled();
      expect(log.lines).toMatchObject([{ level: 'warn', fields: { kind } }]);
    }
  });

  it('holds no guest', () => {
    const { contents } = make();
    const preventDefault = vi.fn();
    const webPreferences: { preload?: string } = { preload: '/tmp/evil.js' };
    contents.emit('will-attach-webview', { preventDefault }, webPreferences, { src: 'https://evil.example' });
    expect(preventDefault).toHaveBeenCalledOnce();
    expect(webPreferences).toEqual({});
  });

  it('opens no window; a link to the outside goes to the checked door, our own pages nowhere', () => {
    const { contents, openExternal } = make();
    const open = (url: string) => contents.openHandler?.({ url } as Parameters<OpenHandler>[0]);
    expect(open('https://example.org/')).toEqual({ action: 'deny' });
    expect(open('app://console/index.html')).toEqual({ action: 'deny' });
    expect(openExternal.mock.calls).toEqual([['https://example.org/']]);
  });
});
