import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface EnquiriesDeps {
  readonly api: Pick<Api, 'enquiries'>;
}

export function enquiriesHandlers({ api: { enquiries } }: EnquiriesDeps): Pick<Handlers, 'enquiries:page' | 'enquiries:save' | 'enquiries:replace'> {
  return {
    'enquiries:page': () => enquiries.page(),
    'enquiries:save': (request) => enquiries.save(request),
    'enquiries:replace': () => enquiries.replace(),
  };
}
