import './zodConfig.ts';
import type { Bridge } from '../core/contract/ipc.ts';
import { BRIDGE_NAME } from '../core/contract/ipcNames.ts';
import { mountConsole } from './app/mount.tsx';
import { browserBackend } from './state/backend/browser.ts';
import { desktopBackend } from './state/backend/desktop.ts';

declare global {
  interface Window {
    readonly [BRIDGE_NAME]?: Bridge;
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
const bridge = window[BRIDGE_NAME];
void mountConsole(root, bridge ? desktopBackend(bridge) : browserBackend());
