// must fail: packages-of-renderer, no-restricted-imports
import { ipcRenderer } from 'electron';
export const used = ipcRenderer;
