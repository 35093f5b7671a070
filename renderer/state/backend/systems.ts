import type { z } from 'zod';
import type { CodedError } from '../../../core/contract/errors.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import { SYSTEMS_HTTP, type ChangeConnectionRequest, type ConnectAnswer, type ConnectRequest, type ImportAnswer, type ImportPreview, type LookAnswer, type Removal, type RemovedAnswer, type Setup, type SystemFace, type SystemsAnswer, type TryAnswer } from '../../../core/contract/systems.ts';
import { exchange } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;
type Body<K extends 'tryOut' | 'rotate' | 'importPreview' | 'importRows'> = z.infer<(typeof SYSTEMS_HTTP)[K]['request']['body']>;
export type TryRequest = Body<'tryOut'>;
export type RemoveRequest = z.infer<(typeof SYSTEMS_HTTP)['removeConnection']['request']['query']>;
export type PreviewRequest = Body<'importPreview'>;
export type ImportRequest = Body<'importRows'>;

/** `until` = how long an answer is waited for, a UTC instant. */
export type LeaveBegun = { readonly finished: true } | { readonly finished: false; readonly until: string };

/** Systems that can be connected, connecting and changing them, and taking in files. */
export interface SystemsCalls {
  list(): Answer<z.infer<typeof SystemsAnswer>>;
  face(system: string): Answer<SystemFace>;
  tryOut(request: TryRequest): Answer<TryAnswer>;
  connect(request: ConnectRequest): Answer<ConnectAnswer>;
  setup(connectionId: string): Answer<Setup>;
  change(connectionId: string, request: ChangeConnectionRequest): Answer<ConnectAnswer>;
  rotate(connectionId: string, key: string): Answer<ConnectAnswer>;
  /** What removing it would delete; nothing is changed. */
  removal(connectionId: string): Answer<Removal>;
  remove(connectionId: string, request: RemoveRequest): Answer<RemovedAnswer>;
  look(connectionId: string): Answer<z.infer<typeof LookAnswer>>;
  previewImport(connectionId: string, request: PreviewRequest): Answer<ImportPreview>;
  takeImport(connectionId: string, request: ImportRequest): Answer<ImportAnswer>;
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

/** The server gives a vendor fifteen seconds to answer. */
const TRY_MS = 25_000;
/** Twenty thousand rows of a file. */
const IMPORT_MS = 180_000;

export function browserSystems(): SystemsCalls {
  const { systems, system, tryOut, connect, setup, changeConnection, rotate, removal, removeConnection, look, askLeave, importPreview, importRows } = SYSTEMS_HTTP;
  const of = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));
  return {
    list: () => exchange('GET', systems.path, systems.success),
    face: (id) => exchange('GET', system.path.replace(':system', encodeURIComponent(id)), system.success),
    tryOut: (request) => exchange('POST', tryOut.path, tryOut.success, request, TRY_MS),
    connect: (request) => exchange('POST', connect.path, connect.success, request, TRY_MS),
    setup: (id) => exchange('GET', of(setup.path, id), setup.success),
    change: (id, request) => exchange('PATCH', of(changeConnection.path, id), changeConnection.success, request, TRY_MS),
    rotate: (id, key) => exchange('POST', of(rotate.path, id), rotate.success, { key }, TRY_MS),
    removal: (id) => exchange('GET', of(removal.path, id), removal.success),
    remove: (id, { unfinished }) => exchange('DELETE', of(removeConnection.path, id) + (unfinished === undefined ? '' : `?unfinished=${unfinished}`), removeConnection.success, undefined, TRY_MS),
    look: (id) => exchange('POST', of(look.path, id), look.success, {}),
    previewImport: (id, request) => exchange('POST', of(importPreview.path, id), importPreview.success, request, IMPORT_MS),
    takeImport: (id, request) => exchange('POST', of(importRows.path, id), importRows.success, request, IMPORT_MS),
    async giveLeave(id) {
      const asked = await exchange('POST', of(askLeave.path, id), askLeave.success, { redirectUri: `${location.origin}/api/integrations/leave` });
      if (!asked.ok) return err(asked.error);
      window.open(asked.value.authorizeUrl, '_blank', 'noopener');
      return ok({ finished: false, until: asked.value.expiresAt });
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
