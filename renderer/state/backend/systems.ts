import { systemCalls, type SystemCalls, type TryRequest } from '../../../core/contract/calls/systems.ts';
import type { Answer } from '../../../core/contract/calls/question.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { SYSTEMS_HTTP, type ChangeConnectionRequest, type ConnectAnswer, type ConnectRequest, type TryAnswer } from '../../../core/contract/systems.ts';
import { asked, exchange } from './http.ts';

/** `until` = how long an answer is waited for, a UTC instant. */
export type LeaveBegun = { readonly finished: true } | { readonly finished: false; readonly until: string };

/** Systems that can be connected, connecting and changing them, and taking in files. */
export interface SystemsCalls extends Omit<SystemCalls, 'rotate'> {
  rotate(connectionId: string, key: string): Answer<ConnectAnswer>;
  /** Asks the vendor for leave in the system's browser. `finished` false = it goes on in another tab; `setup` tells when it is given. */
  giveLeave(connectionId: string): Answer<LeaveBegun>;
  cancelLeave(): Answer<boolean>;
  /** The same with the key kept in this computer's keychain; null in a browser, which has none. */
  readonly kept: KeptCalls | null;
}

/** Main tries the key out, keeps it, and makes the calls with it; the server hears of its name only. */
export interface KeptCalls {
  tryOut(request: TryRequest): Answer<TryAnswer>;
  connect(request: ConnectRequest): Answer<ConnectAnswer>;
  /** Secrets that are not entered again stay as they are in the keychain. */
  change(connectionId: string, system: string, request: ChangeConnectionRequest): Answer<ConnectAnswer>;
  toVault(connectionId: string, evenIfUntested: boolean): Answer<ConnectAnswer>;
}

export function browserSystems(): SystemsCalls {
  const { askLeave } = SYSTEMS_HTTP;
  const calls = systemCalls(asked);
  return {
    ...calls,
    rotate: (id, key) => calls.rotate(id, { key }),
    async giveLeave(id) {
      const begun = await exchange('POST', askLeave.path.replace(':id', encodeURIComponent(id)), askLeave.success, { redirectUri: `${location.origin}/api/integrations/leave` });
      if (!begun.ok) return err(begun.error);
      window.open(begun.value.authorizeUrl, '_blank', 'noopener');
      return ok({ finished: false, until: begun.value.expiresAt });
    },
    // The other tab is the person's own to close; what was asked for ends by itself.
    cancelLeave: () => Promise.resolve(ok(true)),
    kept: null,
  };
}

export function desktopSystems(bridge: Bridge): SystemsCalls {
  return {
    list: () => bridge.systems(),
    face: (system) => bridge.system({ system }),
    tryOut: (request) => bridge.tryOut(request),
    connect: (request) => bridge.connectSystem(request),
    setup: (connectionId) => bridge.connectionSetup({ connectionId }),
    change: (connectionId, request) => bridge.changeConnection({ connectionId, request }),
    rotate: (connectionId, key) => bridge.rotateSecret({ connectionId, request: { key } }),
    removal: (connectionId) => bridge.removal({ connectionId }),
    remove: (connectionId, request) => bridge.removeConnection({ connectionId, request }),
    look: (connectionId) => bridge.lookNow({ connectionId }),
    previewImport: (connectionId, request) => bridge.previewImport({ connectionId, request }),
    takeImport: (connectionId, request) => bridge.takeImport({ connectionId, request }),
    async giveLeave(connectionId) {
      const given = await bridge.giveLeave({ connectionId });
      return given.ok ? ok({ finished: true }) : given;
    },
    cancelLeave: () => bridge.cancelLeave(),
    kept: {
      tryOut: (request) => bridge.tryKept(request),
      connect: (request) => bridge.connectKept(request),
      change: (connectionId, system, request) => bridge.changeKept({ connectionId, system, request }),
      toVault: (connectionId, evenIfUntested) => bridge.moveToVault({ connectionId, evenIfUntested }),
    },
  };
}
