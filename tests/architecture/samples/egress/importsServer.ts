// must fail: egress-knows-ports
import { service } from '../server/service.ts';
export const used = service;
