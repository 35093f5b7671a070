import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SERVICE_WORKER_FILE } from '../../core/contract/offlinePage.ts';
import { SERVED_PAGE_POLICY, SERVICE_WORKER_POLICY } from '../../core/contract/pagePolicy.ts';
import type { AppDeps } from '../deps.ts';

/** Serves the built console. Hashed assets are kept for good by the browser; the page itself is always asked for anew. */
export function consoleRoutes(app: FastifyInstance, deps: AppDeps): void {
  const root = deps.config.consoleDir;
  if (root === null) return;
  if (!existsSync(join(root, 'index.html'))) {
    deps.log.warn({ consoleDir: root }, 'the console folder has no index.html; no pages are served');
    return;
  }
  const page = async (_request: FastifyRequest, reply: FastifyReply) => {
    const html = await readFile(join(root, 'index.html'), 'utf8');
    return reply
      .header('content-security-policy', SERVED_PAGE_POLICY)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html);
  };
  app.get('/', page);
  app.get('/index.html', page);
  void app.register(fastifyStatic, {
    root,
    index: false,
    dotfiles: 'ignore',
    redirect: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      void reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      // Under the policy of plain answers it could not even fetch the files that it is there to keep.
      if (basename(path) === SERVICE_WORKER_FILE) void reply.header('content-security-policy', SERVICE_WORKER_POLICY);
    },
  });
}
