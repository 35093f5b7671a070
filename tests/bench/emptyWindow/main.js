// The floor that the app is measured against: Electron with one empty window and nothing else.
import { app, BrowserWindow } from 'electron/main';

app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 1280, height: 800, webPreferences: { sandbox: true } });
  await window.loadURL('data:text/html,<!doctype html><title>empty</title><body data-ready>empty</body>');
});
