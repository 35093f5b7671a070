import type { FastifyInstance, FastifyReply } from 'fastify';
import { HTTP } from '../../core/contract/http.ts';
import type { ConnectAnswer, ImportAnswer, ImportPreview, LookAnswer, Removal, RemovedAnswer, Setup, SystemFace, TryAnswer } from '../../core/contract/systems.ts';
import type { AppDeps } from '../deps.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import { originOf, routesWith, type Asked, type Name } from './asking.ts';
import { leaveRoutes } from './leaveRoutes.ts';
import type { Systems } from './systems.ts';

/** Files are larger than anything else that is asked here; in UTF-8 a character takes up to three bytes more in JSON. */
const IMPORT_BODY_LIMIT = 5 * 1024 * 1024;

const AN_ID = 'The connection id is not an id.';

/** Systems, connecting them, leave, and files that are brought. */
export function systemsRoutes(app: FastifyInstance, deps: AppDeps, systems: Systems): void {
  const routes = routesWith(app, deps);
  const { route, read, answer } = routes;

  route('systems', {}, async ({ device, reply }) => reply.send({ at: routes.nowText(), systems: await systems.list(device.organisationId) }));
  route('system', {}, async (asked) => {
    const params = await read(asked, HTTP.system.request.params, asked.request.params, 'That is no name of a system.');
    if (!params) return asked.reply;
    const face = await systems.face(asked.device.organisationId, params.system);
    return face ? asked.reply.send(face satisfies SystemFace) : sendRefusal(asked.reply, refusal(404, 'request.not_found', 'There is no such system.'));
  });
  route('tryOut', { limited: 'managing' }, async (asked) => {
    const body = await read(asked, HTTP.tryOut.request.body, asked.request.body, 'A system, a way and values by the keys of its fields are expected.');
    if (!body) return asked.reply;
    const tried = await systems.tryOut(asked.device, body);
    const code = tried.ok && tried.value.outcome === 'failed' ? tried.value.code : null;
    if (code !== null) routes.audit(asked.device, 'connection.tried', body.system, code);
    return answer<TryAnswer>(asked, tried, code === null ? { action: 'connection.tried', subject: deps.vendors(body.system) ? body.system : 'unknown' } : null);
  });
  route('connect', { limited: 'managing' }, async (asked) => {
    const body = await read(asked, HTTP.connect.request.body, asked.request.body, 'A system, a way and values by the keys of its fields are expected.');
    if (!body) return asked.reply;
    const connected = await systems.connect(asked.device, body, originOf(asked.request));
    const subject = connected.ok ? connected.value.connection.id : deps.vendors(body.system) ? body.system : 'unknown';
    return answer<ConnectAnswer>(asked, connected, { action: 'connection.connected', subject });
  });

  /** Those about one connection of the organisation. */
  const about = (name: Exclude<Name, 'systems' | 'system' | 'tryOut' | 'connect' | 'leaveGiven'>, options: { readonly limited?: 'managing' | 'previewing'; readonly bodyLimit?: number }, handler: (asked: Asked, connectionId: string) => Promise<FastifyReply>) =>
    route(name, options, async (asked) => {
      const params = await read(asked, HTTP[name].request.params, asked.request.params, AN_ID);
      return params ? handler(asked, params.id) : asked.reply;
    });

  about('setup', {}, async (asked, id) => answer<Setup>(asked, await systems.setup(asked.device, id, originOf(asked.request)), { action: 'connection.setup_read', subject: id }));
  about('changeConnection', { limited: 'managing' }, async (asked, id) => {
    const body = await read(asked, HTTP.changeConnection.request.body, asked.request.body, 'A name, or values by the keys of its fields, are expected.');
    if (!body) return asked.reply;
    return answer<ConnectAnswer>(asked, await systems.change(asked.device, id, body, originOf(asked.request)), { action: 'connection.changed', subject: id });
  });
  about('rotate', { limited: 'managing' }, async (asked, id) => {
    const body = await read(asked, HTTP.rotate.request.body, asked.request.body, 'The key of the secret is expected.');
    if (!body) return asked.reply;
    return answer<ConnectAnswer>(asked, await systems.rotate(asked.device, id, body.key, originOf(asked.request)), { action: 'connection.rotated', subject: id });
  });
  for (const [name, paused] of [['pause', true], ['resume', false]] as const) {
    about(name, { limited: 'managing' }, async (asked, id) => {
      const done = await systems.pause(asked.device, id, paused);
      return answer(asked, done.ok ? { ok: true, value: { connection: done.value } } : done, { action: paused ? 'connection.paused' : 'connection.resumed', subject: id });
    });
  }
  about('removal', {}, async (asked, id) => answer<Removal>(asked, await systems.removal(asked.device, id), { action: 'connection.removal_read', subject: id }));
  about('removeConnection', { limited: 'managing' }, async (asked, id) => {
    const query = await read(asked, HTTP.removeConnection.request.query, asked.request.query, 'What is to become of what is unfinished is expected, or nothing.');
    if (!query) return asked.reply;
    return answer<RemovedAnswer>(asked, await systems.remove(asked.device, id, query), { action: 'connection.removed', subject: id });
  });
  about('look', { limited: 'managing' }, async (asked, id) => {
    const at = await systems.look(asked.device.organisationId, id);
    return answer<LookAnswer>(asked, at.ok ? { ok: true, value: { connectionId: id, nextLookAt: at.value } } : at, { action: 'connection.looked', subject: id });
  });
  about('importPreview', { limited: 'previewing', bodyLimit: IMPORT_BODY_LIMIT }, async (asked, id) => {
    const body = await read(asked, HTTP.importPreview.request.body, asked.request.body, 'The text of a file is expected.');
    if (!body) return asked.reply;
    return answer<ImportPreview>(asked, await systems.preview(asked.device.organisationId, id, body), null);
  });
  about('importRows', { limited: 'managing', bodyLimit: IMPORT_BODY_LIMIT }, async (asked, id) => {
    const body = await read(asked, HTTP.importRows.request.body, asked.request.body, 'The text of a file and its columns are expected.');
    if (!body) return asked.reply;
    return answer<ImportAnswer>(asked, await systems.take(asked.device.organisationId, id, body), { action: 'connection.imported', subject: id });
  });
  leaveRoutes(app, deps, systems, routes);
}
