import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ENQUIRIES_HTTP } from '../../core/contract/enquiries.ts';
import type { CodedError } from '../../core/contract/errors.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { Device } from '../store/store.ts';
import { originOf } from '../systems/asking.ts';
import { createManagingLimit } from '../systems/limit.ts';
import type { EnquiryPages } from './pages.ts';

/** What a house says of the page on which couples ask for a day. The page itself is `askRoutes.ts`. */
export function enquiryRoutes(app: FastifyInstance, deps: AppDeps, pages: EnquiryPages): void {
  const { store, config, clock } = deps;
  const limit = createManagingLimit(deps);
  type Answer = (device: Device, request: FastifyRequest, reply: FastifyReply, origin: string) => Promise<FastifyReply>;
  const route = (name: keyof typeof ENQUIRIES_HTTP, answer: Answer) =>
    app.route({
      method: HTTP[name].method,
      url: HTTP[name].path,
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        const wait = HTTP[name].method === 'GET' ? null : await limit.take(device.value.id, 'managing');
        const hasty = refusal(429, 'request.too_many', 'The page is changed a few times a minute at most.', true);
        if (wait !== null) return sendRefusal(reply, { ...hasty, retryAfterSeconds: wait });
        return answer(device.value, request, reply, config.publicUrl ?? originOf(request));
      },
    });
  const audit = ({ id: actor, organisationId }: Device, action: string, outcome: string): void =>
    store.audit({ organisationId, at: new Date(clock.now()).toISOString(), action, actor, subject: organisationId, outcome });
  const refused = (reply: FastifyReply, error: CodedError) => sendRefusal(reply, { status: error.code === 'request.not_found' ? 404 : 409, error });
  const unread = (reply: FastifyReply, message: string) => sendRefusal(reply, refusal(400, 'request.invalid', message));

  route('enquiryPage', async (device, _request, reply, origin) => reply.send(await pages.page(device.organisationId, origin)));

  route('saveEnquiryPage', async (device, request, reply, origin) => {
    const wanted = HTTP.saveEnquiryPage.request.body.safeParse(request.body);
    if (!wanted.success) return unread(reply, 'What the page is to be, and on which version that is based, are expected.');
    const saved = await pages.save(device, wanted.data, origin);
    audit(device, 'enquiry_page.saved', saved.ok ? 'ok' : saved.error.code);
    return saved.ok ? reply.send(saved.value) : refused(reply, saved.error);
  });

  route('replaceEnquiryAddress', async (device, request, reply, origin) => {
    if (!HTTP.replaceEnquiryAddress.request.body.safeParse(request.body).success) return unread(reply, 'An empty object is expected.');
    const replaced = await pages.replace(device, origin);
    audit(device, 'enquiry_page.address_replaced', replaced.ok ? 'ok' : replaced.error.code);
    return replaced.ok ? reply.send(replaced.value) : refused(reply, replaced.error);
  });
}
