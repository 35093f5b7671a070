// must fail: one-file/openExternal
import { shell } from 'electron';
await shell.openExternal('anything');
