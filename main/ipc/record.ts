import { ok } from '../../core/contract/result.ts';
import type { Trace } from '../diagnostics/trace.ts';
import type { Companion } from '../services/companion.ts';
import type { RecordService } from '../services/record.ts';
import type { WallFeed } from '../services/wallFeed.ts';
import type { Handlers } from './handle.ts';

export interface RecordDeps {
  readonly record: RecordService;
  readonly companion: Companion;
  readonly trace: Trace;
  readonly wallFeed: WallFeed;
}

export function recordHandlers({ record, companion, trace, wallFeed }: RecordDeps): Pick<Handlers, 'record:get' | 'link:get' | 'link:retry' | 'board:painted'> {
  return {
    'record:get': (_input, from) => {
      const snapshot = record.snapshot();
      return ok(snapshot && from.kind === 'wall' ? wallFeed.snapshot(snapshot) : snapshot);
    },
    'link:get': () => ok(companion.status()),
    'link:retry': () => {
      companion.retryNow();
      return ok(true);
    },
    'board:painted': (input) => {
      trace.painted(input);
      return ok(true);
    },
  };
}
