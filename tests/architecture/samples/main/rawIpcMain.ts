// must fail: one-file/ipcMain
import { ipcMain } from 'electron';
ipcMain.handle('anything', () => 1);
