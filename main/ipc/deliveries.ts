import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface DeliveriesDeps {
  readonly api: Pick<Api, 'delivered'>;
}

type Channels = 'deliveries:search' | 'deliveries:look' | 'replay:preview' | 'replay:start' | 'replay:list' | 'replay:state' | 'replay:cancel' | 'connection:send_test' | 'connection:refusals';

export function deliveriesHandlers({ api: { delivered } }: DeliveriesDeps): Pick<Handlers, Channels> {
  return {
    'deliveries:search': (search) => delivered.search(search),
    'deliveries:look': ({ id }) => delivered.look(id),
    'replay:preview': (lot) => delivered.preview(lot),
    'replay:start': (lot) => delivered.replay(lot),
    'replay:list': () => delivered.replays(),
    'replay:state': ({ id }) => delivered.replayState(id),
    'replay:cancel': ({ id }) => delivered.cancelReplay(id),
    'connection:send_test': ({ id }) => delivered.testEvent(id),
    'connection:refusals': ({ id }) => delivered.refusals(id),
  };
}
