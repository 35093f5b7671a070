// must fail: scripts-are-tools
import { service } from '../main/service.ts';
export const used = service;
