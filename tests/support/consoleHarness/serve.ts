import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { builtHarness } from './built.ts';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.map': 'application/json' };
const EMPTY = '/empty';
/** Their names tell their contents. What the browser has kept of them it has also kept compiled: a fifth of a page's start. */
const ASSETS = '/assets/';
const KEPT = { 'cache-control': 'max-age=86400, immutable' };
/** As strict as the product's own pages: no inline script or style element, no eval. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** Serves the harness page on loopback, built when its sources have changed. `emptyUrl`: a page of the same origin with nothing in it. */
export async function serveHarness(): Promise<{ readonly url: string; readonly emptyUrl: string; close(): Promise<void> }> {
  const folder = await builtHarness();
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://page').pathname;
    // Browsers ask for it by themselves where a page names no picture.
    if (name === '/favicon.ico') return void response.writeHead(204).end();
    if (name === EMPTY) return void response.writeHead(200, { 'content-type': TYPES['.html'], 'content-security-policy': POLICY }).end('<!doctype html><title>empty</title>');
    const file = path.join(folder, path.normalize(name === '/' ? 'index.html' : name));
    readFile(file).then(
      (content) => response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY, ...(name.startsWith(ASSETS) ? KEPT : {}) }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    emptyUrl: new URL(EMPTY, url).href,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
