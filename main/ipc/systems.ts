import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface SystemsDeps {
  readonly api: Pick<Api, 'systems'>;
}

type Channels = 'systems:list' | 'systems:face' | 'systems:try' | 'systems:connect' | 'systems:setup' | 'systems:change' | 'systems:rotate' | 'systems:removal' | 'systems:remove' | 'systems:look' | 'systems:preview_import' | 'systems:import';

export function systemsHandlers({ api: { systems } }: SystemsDeps): Pick<Handlers, Channels> {
  return {
    'systems:list': () => systems.list(),
    'systems:face': ({ system }) => systems.face(system),
    'systems:try': (request) => systems.tryOut(request),
    'systems:connect': (request) => systems.connect(request),
    'systems:setup': ({ connectionId }) => systems.setup(connectionId),
    'systems:change': ({ connectionId, request }) => systems.change(connectionId, request),
    'systems:rotate': ({ connectionId, request }) => systems.rotate(connectionId, request),
    'systems:removal': ({ connectionId }) => systems.removal(connectionId),
    'systems:remove': ({ connectionId, request }) => systems.remove(connectionId, request),
    'systems:look': ({ connectionId }) => systems.look(connectionId),
    'systems:preview_import': ({ connectionId, request }) => systems.previewImport(connectionId, request),
    'systems:import': ({ connectionId, request }) => systems.takeImport(connectionId, request),
  };
}
