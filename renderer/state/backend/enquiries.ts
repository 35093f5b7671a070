import { enquiryCalls, type EnquiryCalls } from '../../../core/contract/calls/enquiries.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { asked } from './http.ts';

export const browserEnquiries = (): EnquiryCalls => enquiryCalls(asked);
export const desktopEnquiries = (bridge: Bridge): EnquiryCalls => ({ page: () => bridge.enquiryPage(), save: (request) => bridge.saveEnquiryPage(request), replace: () => bridge.replaceEnquiryAddress() });
