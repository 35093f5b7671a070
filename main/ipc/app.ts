import { ok } from '../../core/contract/result.ts';
import { codedError } from '../../core/contract/errors.ts';
import { err, type Result } from '../../core/contract/result.ts';
import type { Boot } from '../../core/contract/ipc.ts';
import type { Caller, Handlers } from './handle.ts';

export interface AppDeps {
  readonly boot: (from: Caller) => Promise<Boot>;
  readonly openExternal: (url: string) => Promise<Result<true, string>>;
}

export function appHandlers(deps: AppDeps): Pick<Handlers, 'app:boot' | 'app:open_external'> {
  return {
    'app:boot': async (_input, from) => ok(await deps.boot(from)),
    'app:open_external': async ({ url }) => {
      const opened = await deps.openExternal(url);
      return opened.ok ? ok(true) : err(codedError('request.invalid', `this address is not opened: ${opened.error}`));
    },
  };
}
