import { codedError } from '../../core/contract/errors.ts';
import { err, ok } from '../../core/contract/result.ts';
import { WINDOW_LIMIT } from '../../core/contract/windows.ts';
import type { Windows } from '../windows/windows.ts';
import type { WallWindow } from '../windows/wallWindow.ts';
import type { Handlers } from './handle.ts';

export interface WindowsDeps {
  readonly windows: Pick<Windows, 'openExtra'>;
  readonly wallWindow: Pick<WallWindow, 'open' | 'close' | 'nextDisplay' | 'state'>;
}

const tooMany = () => err(codedError('window.too_many', `${WINDOW_LIMIT} windows are open`));

export function windowsHandlers({ windows, wallWindow }: WindowsDeps): Pick<Handlers, 'window:open' | 'window:wall'> {
  return {
    'window:open': (input) => (windows.openExtra(input) ? ok(true) : tooMany()),
    'window:wall': ({ action }, from) => {
      // The wall itself may only go away: whoever stands before it is nobody in particular.
      if (from.kind === 'wall' && action !== 'close') return err(codedError('auth.forbidden', 'a wall display may only close itself'));
      if (action === 'open' && !wallWindow.open()) return tooMany();
      if (action === 'close') wallWindow.close();
      if (action === 'next_display') wallWindow.nextDisplay();
      return ok(wallWindow.state());
    },
  };
}
