import './zodConfig.ts';
import type { Bridge } from '../core/contract/ipc.ts';
import { BRIDGE_NAME } from '../core/contract/ipcNames.ts';
import { WALL_HASH } from '../core/contract/windows.ts';
import { setWindowShown } from './components/timers.ts';
import { mountConsole } from './app/mount.tsx';
import { keepPage } from './offline/keepPage.ts';
import { browserBackend } from './state/backend/browser.ts';
import { desktopBackend } from './state/backend/desktop.ts';
import { mountWall } from './wall/mount.tsx';

declare global {
  interface Window {
    readonly [BRIDGE_NAME]?: Bridge;
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
const bridge = window[BRIDGE_NAME];
bridge?.onWindowShown(setWindowShown);
const backend = bridge ? desktopBackend(bridge) : browserBackend();
if (!bridge) void keepPage();
const isWall = (): boolean => location.hash === WALL_HASH;
const wall = isWall();
// A wall must not keep what a console of the same tab held, so one becomes the other only by loading again.
window.addEventListener('hashchange', () => {
  if (isWall() !== wall) location.reload();
});
void (wall ? mountWall(root, backend) : mountConsole(root, backend));
