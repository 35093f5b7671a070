import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../deps.ts';
import { apiDocument, VERSION_PREFIX } from './document.ts';
import { DOCS_POLICY, docsPage } from './page.ts';

export const DOCUMENT_ROUTE = '/api/openapi.json';
export const DOCS_ROUTE = '/api/docs';

/** The API's own description: no secret, and so for everybody who finds the server. Made once, when it is first asked for. */
export function apiRoutes(app: FastifyInstance, { config, version }: AppDeps): void {
  let made: ReturnType<typeof apiDocument> | null = null;
  const document = () => (made ??= apiDocument(version));
  const baseOf = (request: { readonly protocol: string; readonly host: string }) => config.publicUrl ?? `${request.protocol}://${request.host}`;
  app.get(DOCUMENT_ROUTE, async (request, reply) => reply.type('application/json; charset=utf-8').send({ ...document(), servers: [{ url: baseOf(request), description: `Addresses below ${VERSION_PREFIX}` }] }));
  app.get(DOCS_ROUTE, async (request, reply) => reply.header('content-security-policy', DOCS_POLICY).type('text/html; charset=utf-8').send(docsPage(document(), baseOf(request))));
}
