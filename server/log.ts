import { pino, type DestinationStream, type Logger } from 'pino';

/** Keys whose values never reach a log, in any spelling of case, however deep they stand. */
export const REDACTED_KEYS = [
  'authorization', 'cookie', 'set-cookie', 'token', 'ticket', 'secret', 'secrets', 'apiKey', 'api_key', 'x-api-key', 'password', 'masterKey', 'databaseUrl',
  'body', 'rawBody', 'bodyText', 'signature', 'stripe-signature', 'x-signature', 'x-hub-signature-256', 'intakeKey',
] as const;

const REDACTED: ReadonlySet<string> = new Set(REDACTED_KEYS.map((key) => key.toLowerCase()));
const CENSOR = '[redacted]';
/** Deeper structures are no log fields but somebody's whole object; they are left out. */
const MAX_DEPTH = 6;

/**
 * Copies the fields without the values that must not be written. Pino's own `redact` does the same by paths, but with
 * these keys at four depths it costs 60-80 microseconds a line, more than a webhook's verification; this costs about one.
 */
function redacted(value: object, depth = 0): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) out[key] = REDACTED.has(key.toLowerCase()) ? CENSOR : plain(inner, depth + 1);
  return out;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return errorFields(value);
  if (depth > MAX_DEPTH) return '[deeper]';
  return Array.isArray(value) ? value.map((item) => plain(item, depth + 1)) : redacted(value, depth);
}

/** Only what helps to find the fault; an error object of a library may carry a whole request. */
function errorFields(error: Error): Record<string, unknown> {
  return { type: error.name, message: error.message, ...('code' in error ? { code: String(error.code) } : {}), stack: error.stack };
}

export type ServerLog = Logger;

/** JSON lines on standard output. One wide line per unit of work; redaction sits here, so no caller can forget it. */
export function createLog(level: string, destination?: DestinationStream): ServerLog {
  const options = {
    level,
    base: { service: 'wedsync-server' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: redacted },
    // The bindings of child loggers pass no formatter; for them the library's own way, top level only and so at no cost.
    redact: { paths: REDACTED_KEYS.map((key) => (/^\w+$/.test(key) ? key : `["${key}"]`)), censor: CENSOR },
    // The formatter has seen to errors already.
    serializers: { err: (error: unknown) => error },
  };
  // Not synchronous: a parent that reads our output slowly must not slow down the answers.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: false }));
}
