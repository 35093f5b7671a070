import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { PAGE_POLICY } from '../../core/contract/pagePolicy.ts';
import type { Log } from '../../core/ports/ports.ts';
import { CONSOLE_SCHEME } from './console.ts';
import { resolveConsoleFile } from './consoleFiles.ts';

/** Before `ready`: makes the scheme a secure origin of its own, so that the page needs no `file:` and no server. */
export function declareConsoleScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: CONSOLE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
}

/** Sent with every answer of the console's scheme. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

const STATUS = { method: 405, not_an_address: 400, host: 404, encoding: 400, outside: 404, type: 404 } as const;

/** Answers requests for the console's files from `root`, and nothing else. */
export async function answerConsoleRequest(root: string, request: { method: string; url: string }, log: Log): Promise<Response> {
  const headers = SECURITY_HEADERS;
  const file = resolveConsoleFile(root, request);
  if (!file.ok) {
    log.warn({ why: file.error, url: request.url.slice(0, 200) }, 'console file refused');
    return new Response(null, { status: STATUS[file.error], headers });
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(file.value.path);
  } catch (error) {
    log.warn({ error, url: request.url.slice(0, 200) }, 'console file missing');
    return new Response(null, { status: 404, headers });
  }
  return new Response(new Uint8Array(bytes), { status: 200, headers: { ...headers, 'content-type': file.value.type } });
}

export function serveConsole(session: Session, root: string, log: Log): void {
  session.protocol.handle(CONSOLE_SCHEME, (request) => answerConsoleRequest(root, request, log));
}
