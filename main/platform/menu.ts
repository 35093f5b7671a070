import { Menu, type MenuItemConstructorOptions } from 'electron';
import { WORDS } from '../words.ts';

/**
 * The few entries that carry keys which people expect: editing, zoom, closing. The page's own commands are in its
 * palette. Electron's default menu would offer developer tools and reloading to everybody.
 */
export function menuTemplate(platform: NodeJS.Platform, packaged: boolean, onWall: () => void): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const wall: MenuItemConstructorOptions[] = [{ label: WORDS.wall.open, accelerator: 'CommandOrControl+Shift+W', click: onWall }, { type: 'separator' }];
  const development: MenuItemConstructorOptions[] = packaged ? [] : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    { role: 'editMenu' },
    { role: 'viewMenu', submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }, ...development] },
    { role: 'windowMenu', submenu: [...wall, { role: 'minimize' }, { role: 'close' }, ...(mac ? [{ type: 'separator' } as const, { role: 'front' } as const] : [{ role: 'quit' } as const])] },
  ];
}

export function setMenu(platform: NodeJS.Platform, packaged: boolean, onWall: () => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(platform, packaged, onWall)));
}
