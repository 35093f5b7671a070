// must fail: packages-of-server, no-restricted-imports
import { app } from 'electron';
export const used = app;
