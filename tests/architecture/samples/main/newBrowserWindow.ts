// must fail: one-file/BrowserWindow
import { BrowserWindow } from 'electron';
export const window = new BrowserWindow();
