// must fail: one-file/webContents.send
import { BrowserWindow } from 'electron';
BrowserWindow.getAllWindows()[0]?.webContents.send('anything');
