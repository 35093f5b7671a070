import { ok } from '../../core/contract/result.ts';
import type { Trace } from '../diagnostics/trace.ts';
import type { Companion } from '../services/companion.ts';
import type { RecordService } from '../services/record.ts';
import type { Handlers } from './handle.ts';

export interface RecordDeps {
  readonly record: RecordService;
  readonly companion: Companion;
  readonly trace: Trace;
}

export function recordHandlers({ record, companion, trace }: RecordDeps): Pick<Handlers, 'record:get' | 'link:get' | 'link:retry' | 'board:painted'> {
  return {
    'record:get': () => ok(record.snapshot()),
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
