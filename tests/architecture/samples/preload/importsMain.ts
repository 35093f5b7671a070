// must fail: preload-knows-names-only
import { service } from '../main/service.ts';
export const used = service;
