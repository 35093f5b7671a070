import { extname, resolve, sep } from 'node:path';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { CONSOLE_HOST, CONSOLE_SCHEME } from './console.ts';

export type FileRefusal = 'method' | 'not_an_address' | 'host' | 'encoding' | 'outside' | 'type';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
};

export interface ConsoleFile {
  readonly path: string;
  readonly type: string;
}

/**
 * Which file a request of the page means. Decoded once; whatever still looks encoded, climbs, or has a separator of
 * another system in it is refused, and the resolved path must lie below `root` including the separator, so that a
 * sibling folder whose name begins alike is outside. Unknown endings are refused: a type is never guessed.
 *
 * @param root absolute folder of the built console
 */
export function resolveConsoleFile(root: string, request: { method: string; url: string }): Result<ConsoleFile, FileRefusal> {
  if (request.method !== 'GET') return err('method');
  const url = URL.parse(request.url);
  if (!url || url.protocol !== `${CONSOLE_SCHEME}:`) return err('not_an_address');
  if (url.hostname !== CONSOLE_HOST || url.port !== '' || url.username !== '' || url.password !== '') return err('host');
  let decoded: string;
  try {
    decoded = decodeURIComponent(url.pathname);
  } catch {
    return err('encoding');
  }
  if (/[\u0000-\u001f\\%:]/.test(decoded)) return err('encoding');
  const segments = decoded.split('/').slice(1);
  if (segments.some((segment) => segment === '..' || segment === '.')) return err('outside');
  const relative = decoded === '/' ? 'index.html' : segments.join('/');
  const base = resolve(root);
  const path = resolve(base, relative);
  if (!path.startsWith(base + sep)) return err('outside');
  const type = TYPES[extname(path).toLowerCase()];
  return type === undefined ? err('type') : ok({ path, type });
}
