import { err, ok, type Result } from '../core/contract/result.ts';
import { checkServerUrl } from './services/serverUrl.ts';

/** What the surroundings decide for this run; every variable is optional. */
export interface Environment {
  /** `WEDSYNC_SERVER_URL`: be a client of this server and run none. Origin only, no trailing slash. */
  readonly serverUrl: string | null;
  /** `WEDSYNC_ENROL_TICKET`: one-use ticket to exchange for a device token. */
  readonly enrolTicket: string | null;
  /** `WEDSYNC_FOUNDING_TOKEN`: makes the first organisation of that server. */
  readonly foundingToken: string | null;
  /** `WEDSYNC_TRACE=1`: write the times of every frame to `logs/trace.jsonl`. */
  readonly trace: boolean;
  /** `WEDSYNC_EGRESS_ALLOW`: private or loopback places, `host:port`, that calls with keys of this desktop may go to; as the server's setting. */
  readonly egressAllow: readonly string[];
}

const HOST_AND_PORT = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/;

/** @returns the error as a sentence that names the variable and what is expected. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Result<Environment, string> {
  const address = env['WEDSYNC_SERVER_URL']?.trim() ?? '';
  let serverUrl: string | null = null;
  if (address !== '') {
    const checked = checkServerUrl(address);
    if (!checked.ok) return err(`WEDSYNC_SERVER_URL: ${checked.error.message}`);
    serverUrl = checked.value;
  }
  const trace = env['WEDSYNC_TRACE'] ?? '';
  if (!['', '0', '1'].includes(trace)) return err('WEDSYNC_TRACE: expected 0 or 1');
  const ticket = env['WEDSYNC_ENROL_TICKET']?.trim() ?? '';
  const founding = env['WEDSYNC_FOUNDING_TOKEN']?.trim() ?? '';
  const egressAllow = (env['WEDSYNC_EGRESS_ALLOW'] ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (!egressAllow.every((part) => HOST_AND_PORT.test(part))) return err('WEDSYNC_EGRESS_ALLOW: expected host:port, several separated by commas');
  return ok({ serverUrl, enrolTicket: ticket === '' ? null : ticket, foundingToken: founding === '' ? null : founding, trace: trace === '1', egressAllow });
}

const OURS_ONLY = new Set([
  'WEDSYNC_SERVER_URL',
  'WEDSYNC_ENROL_TICKET',
  'WEDSYNC_FOUNDING_TOKEN',
  'WEDSYNC_TRACE',
  'WEDSYNC_CONSOLE_DIR',
  'WEDSYNC_DATA_DIR',
  'WEDSYNC_HOST',
  'DATABASE_URL',
  'NODE_OPTIONS',
  'ELECTRON_RUN_AS_NODE',
]);

/**
 * Environment of the embedded server: ours without what belongs to the desktop alone. A `DATABASE_URL` lying around on
 * a developer's machine must not move a desktop's record into a foreign database, so it is dropped too.
 */
export function embeddedServerEnvironment(env: Readonly<Record<string, string | undefined>>, dataDir: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && !OURS_ONLY.has(name)) out[name] = value;
  out['WEDSYNC_DATA_DIR'] = dataDir;
  out['WEDSYNC_HOST'] = '127.0.0.1';
  out['WEDSYNC_PORT'] ??= '0';
  out['WEDSYNC_DEMO'] ??= '1';
  return out;
}
