// must fail: server-knows-core
import { service } from '../main/service.ts';
export const used = service;
