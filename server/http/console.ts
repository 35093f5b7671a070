import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../deps.ts';

/** What the page may load, from nothing upward; the same as in the desktop window. */
function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The component library writes its theme into style elements at run time; they carry the page's nonce.
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Serves the built console. Hashed assets are kept for good by the browser; the page itself is always asked for anew. */
export function consoleRoutes(app: FastifyInstance, deps: AppDeps): void {
  const root = deps.config.consoleDir;
  if (root === null) return;
  if (!existsSync(join(root, 'index.html'))) {
    deps.log.warn({ consoleDir: root }, 'the console folder has no index.html; no pages are served');
    return;
  }
  const page = async (_request: FastifyRequest, reply: FastifyReply) => {
    const nonce = randomBytes(18).toString('base64');
    const html = await readFile(join(root, 'index.html'), 'utf8');
    return reply
      .header('content-security-policy', pagePolicy(nonce))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html.replace(/<head(?:\s[^>]*)?>/i, (head) => `${head}<meta property="csp-nonce" nonce="${nonce}">`));
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
    },
  });
}
