import type { z } from 'zod';
import { SYSTEMS_HTTP, type ChangeConnectionRequest, type ConnectAnswer, type ConnectRequest, type ImportAnswer, type ImportPreview, type LookAnswer, type Removal, type RemovedAnswer, type Setup, type SystemFace, type SystemsAnswer, type TryAnswer } from '../systems.ts';
import type { Answer, AskServer } from './question.ts';

type Body<K extends 'tryOut' | 'rotate' | 'importPreview' | 'importRows'> = z.infer<(typeof SYSTEMS_HTTP)[K]['request']['body']>;

export type TryRequest = Body<'tryOut'>;
export type PreviewRequest = Body<'importPreview'>;
export type ImportRequest = Body<'importRows'>;
export type RemoveRequest = z.infer<(typeof SYSTEMS_HTTP)['removeConnection']['request']['query']>;

/** Systems that can be connected, connecting and changing them, and taking in files. */
export interface SystemCalls {
  list(): Answer<z.infer<typeof SystemsAnswer>>;
  face(system: string): Answer<SystemFace>;
  tryOut(request: TryRequest): Answer<TryAnswer>;
  connect(request: ConnectRequest): Answer<ConnectAnswer>;
  setup(connectionId: string): Answer<Setup>;
  change(connectionId: string, request: ChangeConnectionRequest): Answer<ConnectAnswer>;
  rotate(connectionId: string, request: Body<'rotate'>): Answer<ConnectAnswer>;
  /** What removing it would delete; nothing is changed. */
  removal(connectionId: string): Answer<Removal>;
  remove(connectionId: string, request: RemoveRequest): Answer<RemovedAnswer>;
  look(connectionId: string): Answer<z.infer<typeof LookAnswer>>;
  previewImport(connectionId: string, request: PreviewRequest): Answer<ImportPreview>;
  takeImport(connectionId: string, request: ImportRequest): Answer<ImportAnswer>;
}

const READ_MS = 8_000;
/** The server gives a vendor fifteen seconds to answer. */
const TRY_MS = 25_000;
/** Twenty thousand rows of a file. */
const IMPORT_MS = 180_000;

export function systemCalls(ask: AskServer): SystemCalls {
  const { systems, system, tryOut, connect, setup, changeConnection, rotate, removal, removeConnection, look, importPreview, importRows } = SYSTEMS_HTTP;
  const of = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));
  return {
    list: () => ask({ method: 'GET', path: systems.path, answer: systems.success, timeoutMs: READ_MS }),
    face: (id) => ask({ method: 'GET', path: system.path.replace(':system', encodeURIComponent(id)), answer: system.success, timeoutMs: READ_MS }),
    tryOut: (request) => ask({ method: 'POST', path: tryOut.path, body: request, answer: tryOut.success, timeoutMs: TRY_MS }),
    connect: (request) => ask({ method: 'POST', path: connect.path, body: request, answer: connect.success, timeoutMs: TRY_MS }),
    setup: (id) => ask({ method: 'GET', path: of(setup.path, id), answer: setup.success, timeoutMs: READ_MS }),
    change: (id, request) => ask({ method: 'PATCH', path: of(changeConnection.path, id), body: request, answer: changeConnection.success, timeoutMs: TRY_MS }),
    rotate: (id, request) => ask({ method: 'POST', path: of(rotate.path, id), body: request, answer: rotate.success, timeoutMs: TRY_MS }),
    removal: (id) => ask({ method: 'GET', path: of(removal.path, id), answer: removal.success, timeoutMs: READ_MS }),
    remove: (id, { unfinished }) => ask({ method: 'DELETE', path: of(removeConnection.path, id) + (unfinished === undefined ? '' : `?unfinished=${unfinished}`), answer: removeConnection.success, timeoutMs: TRY_MS }),
    look: (id) => ask({ method: 'POST', path: of(look.path, id), body: {}, answer: look.success, timeoutMs: READ_MS }),
    previewImport: (id, request) => ask({ method: 'POST', path: of(importPreview.path, id), body: request, answer: importPreview.success, timeoutMs: IMPORT_MS }),
    takeImport: (id, request) => ask({ method: 'POST', path: of(importRows.path, id), body: request, answer: importRows.success, timeoutMs: IMPORT_MS }),
  };
}
