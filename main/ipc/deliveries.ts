import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface DeliveriesDeps {
  readonly api: Pick<Api, 'delivered'>;
}

type Channels = 'deliveries:search' | 'deliveries:look' | 'replay:preview' | 'replay:dry_run' | 'replay:dry_run_page' | 'replay:cancel_dry_run' | 'replay:start' | 'replay:list' | 'replay:state' | 'replay:cancel' | 'connection:send_test' | 'connection:refusals';

export function deliveriesHandlers({ api: { delivered } }: DeliveriesDeps): Pick<Handlers, Channels> {
  return {
    'deliveries:search': (search) => delivered.search(search),
    'deliveries:look': ({ id }) => delivered.look(id),
    'replay:preview': (lot) => delivered.preview(lot),
    'replay:dry_run': (lot) => delivered.beginDryRun(lot),
    'replay:dry_run_page': ({ id, ...query }) => delivered.dryRun(id, query),
    'replay:cancel_dry_run': ({ id }) => delivered.cancelDryRun(id),
    'replay:start': (lot) => delivered.replay(lot),
    'replay:list': () => delivered.replays(),
    'replay:state': ({ id }) => delivered.replayState(id),
    'replay:cancel': ({ id }) => delivered.cancelReplay(id),
    'connection:send_test': ({ id }) => delivered.testEvent(id),
    'connection:refusals': ({ id }) => delivered.refusals(id),
  };
}
