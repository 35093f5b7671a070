import { pino, type DestinationStream, type Logger } from 'pino';

/** Keys whose values never reach a log, wherever they stand down to four levels. */
export const REDACTED_KEYS = ['authorization', 'cookie', 'set-cookie', 'token', 'ticket', 'secret', 'secrets', 'apiKey', 'api_key', 'x-api-key', 'password', 'masterKey', 'databaseUrl', 'body', 'rawBody', 'bodyText', 'signature', 'stripe-signature', 'x-signature', 'x-hub-signature-256', 'intakeKey'] as const;

const REDACTED_PATHS = REDACTED_KEYS.flatMap((key) => {
  const step = /^[a-zA-Z_]+$/.test(key) ? `.${key}` : `["${key}"]`;
  return [step.replace(/^\./, ''), `*${step}`, `*.*${step}`, `*.*.*${step}`];
});

export type ServerLog = Logger;

/** JSON lines on standard output. One wide line per unit of work; redaction sits here, so no caller can forget it. */
export function createLog(level: string, destination?: DestinationStream): ServerLog {
  const options = {
    level,
    base: { service: 'wedsync-server' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    serializers: {
      // Only what helps to find the fault; an error object of a library may carry a whole request.
      err: (error: unknown) => (error instanceof Error ? { type: error.name, message: error.message, code: 'code' in error ? String(error.code) : undefined, stack: error.stack } : { message: String(error) }),
    },
  };
  // Not synchronous: a parent that reads our output slowly must not slow down the answers.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: false }));
}
