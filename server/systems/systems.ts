import type { CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { ok, type Result } from '../../core/contract/result.ts';
import type { ChangeConnectionRequest, ConnectAnswer, ConnectRequest, ImportAnswer, ImportPreview, ImportPreviewRequest, ImportRequest, LeaveAnswer, Removal, RemovedAnswer, RemoveQuery, Setup, SystemFace, SystemSummary, TryAnswer, TryRequest } from '../../core/contract/systems.ts';
import type { z } from 'zod';
import { setPaused } from '../store/pausing.ts';
import { actorOf, type Device, type Store } from '../store/store.ts';
import { changeConnection, connect, lookNow, rotate, tryWith } from './connect.ts';
import { faceOf, summaryOf } from './face.ts';
import { previewImport, takeImport } from './imports.ts';
import { askLeave, leaveGiven, type LeaveGiven } from './leave.ts';
import { removalOf, removeConnection } from './removing.ts';
import { readAlone, setupOf, type SystemsDeps } from './standing.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** Systems that can be connected, and connecting them; the routes know nothing else of this folder. */
export interface Systems {
  list(organisationId: string): Promise<SystemSummary[]>;
  face(organisationId: string, system: string): Promise<SystemFace | null>;
  tryOut(device: Device, wanted: z.infer<typeof TryRequest>): Answer<TryAnswer>;
  /** `origin` = how the caller reached this server, here and below. */
  connect(device: Device, wanted: ConnectRequest, origin: string): Answer<ConnectAnswer>;
  setup(device: Device, connectionId: string, origin: string): Answer<Setup>;
  change(device: Device, connectionId: string, wanted: z.infer<typeof ChangeConnectionRequest>, origin: string): Answer<ConnectAnswer>;
  rotate(device: Device, connectionId: string, key: string, origin: string): Answer<ConnectAnswer>;
  pause(device: Device, connectionId: string, paused: boolean): Answer<Connection>;
  removal(device: Device, connectionId: string): Answer<Removal>;
  remove(device: Device, connectionId: string, wanted: z.infer<typeof RemoveQuery>): Answer<RemovedAnswer>;
  /** When it is looked at. */
  look(organisationId: string, connectionId: string): Answer<string>;
  /** `ownOrigins` = where this server's own page is reached. */
  askLeave(device: Device, connectionId: string, redirectUri: string, ownOrigins: readonly string[]): Answer<LeaveAnswer>;
  /** `device` null = the browser that asked has come back itself. */
  leaveGiven(callbackUrl: string, device: Device | null): Answer<LeaveGiven>;
  preview(organisationId: string, connectionId: string, wanted: z.infer<typeof ImportPreviewRequest>): Answer<ImportPreview>;
  take(organisationId: string, connectionId: string, wanted: z.infer<typeof ImportRequest>): Answer<ImportAnswer>;
}

export function createSystems(deps: SystemsDeps, store: Pick<Store, 'addDelivery'>): Systems {
  const { internals, catalogue, vendors } = deps;
  const byName = [...catalogue].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name, 'en'));

  async function counts(organisationId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await internals.database.withOrganisation(organisationId, (tx) =>
      tx.selectFrom('connectionAccess').select((eb) => ['system', eb.fn.countAll().as('count')]).where('organisationId', '=', organisationId).where('removedAt', 'is', null).groupBy('system').execute(),
    );
    return new Map(rows.map((row) => [row.system, Number(row.count)]));
  }

  return {
    async list(organisationId) {
      const connections = await counts(organisationId);
      return byName.map((vendor) => summaryOf(vendor, connections.get(vendor.manifest.id) ?? 0));
    },
    async face(organisationId, system) {
      const vendor = vendors(system);
      return vendor ? faceOf(vendor, (await counts(organisationId)).get(system) ?? 0) : null;
    },
    tryOut: (device, wanted) => tryWith(deps, device.organisationId, wanted),
    connect: (device, wanted, origin) => connect(deps, device, wanted, origin),
    async setup(device, connectionId, origin) {
      const standing = await readAlone(deps, device.organisationId, connectionId);
      return standing.ok ? ok(await setupOf(standing.value, deps, { deviceId: device.id, organisationId: device.organisationId, origin })) : standing;
    },
    change: (device, connectionId, wanted, origin) => changeConnection(deps, device, connectionId, wanted, origin),
    rotate: (device, connectionId, key, origin) => rotate(deps, device, connectionId, key, origin),
    async pause(device, connectionId, paused) {
      const done = await setPaused(internals, device.organisationId, connectionId, { paused, actor: actorOf(device), reason: null });
      if (!done.ok) return done;
      const standing = await readAlone(deps, device.organisationId, connectionId);
      return standing.ok ? ok(standing.value.row) : standing;
    },
    removal: (device, connectionId) => removalOf(deps, device, connectionId),
    remove: (device, connectionId, wanted) => removeConnection(deps, device, connectionId, wanted.unfinished === 'throw_away'),
    look: (organisationId, connectionId) => lookNow(deps, organisationId, connectionId),
    askLeave: (device, connectionId, redirectUri, ownOrigins) => askLeave(deps, device, connectionId, redirectUri, ownOrigins),
    leaveGiven: (callbackUrl, device) => leaveGiven(deps, callbackUrl, device),
    preview: (organisationId, connectionId, wanted) => previewImport(deps, organisationId, connectionId, wanted),
    take: (organisationId, connectionId, wanted) => takeImport(deps, store, organisationId, connectionId, wanted),
  };
}
