// must fail: vendors-know-contract-domain-ports
import { machine } from '../../link/machine.ts';
export const used = machine;
