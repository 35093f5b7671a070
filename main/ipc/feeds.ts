import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface FeedsDeps {
  readonly api: Pick<Api, 'feeds'>;
}

export function feedsHandlers({ api: { feeds } }: FeedsDeps): Pick<Handlers, 'feeds:list' | 'feeds:make' | 'feeds:revoke'> {
  return {
    'feeds:list': () => feeds.list(),
    'feeds:make': (request) => feeds.make(request),
    'feeds:revoke': ({ id }) => feeds.revoke(id),
  };
}
