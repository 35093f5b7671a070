import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ Menu: {} }));
const { menuTemplate } = await import('../../../../main/platform/menu.ts');

describe('the menu', () => {
  it.each(['linux', 'darwin', 'win32'] as const)('of a packaged app on %s offers zoom and editing, no developer tools', (platform) => {
    const text = JSON.stringify(menuTemplate(platform, true, () => undefined));
    for (const role of ['editMenu', 'zoomIn', 'zoomOut', 'resetZoom', 'close']) expect(text).toContain(`"${role}"`);
    expect(text).not.toMatch(/toggleDevTools|reload/i);
    expect(text).toContain('Open wall display');
    expect(text.includes('appMenu')).toBe(platform === 'darwin');
  });
  it('offers them in development', () => expect(JSON.stringify(menuTemplate('linux', false, () => undefined))).toContain('toggleDevTools'));
});
