import { z } from 'zod';

/**
 * Every code that may cross a boundary. A code is a promise: it is never reused for another meaning, and each one has
 * a sentence for people in `resources/locales` (a test holds that).
 */
export const ERROR_CODES = [
  // intake: a vendor's request
  'intake.unknown_system',
  'intake.unknown_connection',
  'intake.connection_paused',
  'intake.body_too_large',
  'intake.media_type',
  'intake.body_not_utf8',
  'intake.body_not_json',
  'intake.signature_missing',
  'intake.signature_malformed',
  'intake.signature_wrong',
  'intake.timestamp_outside_window',
  'intake.secret_missing',
  'intake.too_many_requests',
  'intake.store_unavailable',
  // normalisation: a stored delivery
  'normalise.shape_unknown',
  'normalise.event_unknown',
  'normalise.reread_failed',
  'normalise.reread_refused',
  'normalise.no_wedding_matched',
  // people and devices
  'auth.missing',
  'auth.invalid',
  'auth.revoked',
  'auth.ticket_invalid',
  'auth.forbidden',
  'auth.last_owner',
  // requests and commands
  'request.invalid',
  'request.not_found',
  'request.too_many',
  'request.method',
  'command.stale',
  'command.not_possible',
  // decisions kept on this machine
  'outbox.not_kept',
  'outbox.already_sent',
  // stream
  'stream.protocol_too_old',
  'stream.protocol_too_new',
  'stream.overloaded',
  // this machine
  'ipc.sender_refused',
  'ipc.arguments_invalid',
  'secrets.unavailable',
  'server.unreachable',
  'server.start_failed',
  'store.locked',
  'store.corrupt',
  'store.disk_full',
  'store.newer_version',
  // backups of the record
  'backup.no_record',
  'backup.file_exists',
  'backup.file_unusable',
  'backup.damaged',
  'backup.foreign',
  'backup.newer_version',
  'backup.older_schema',
  'backup.target_not_empty',
  'internal',
] as const;

export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** What a person or a machine is told. `message` is English for logs; screens use the code's own sentence. */
export const CodedError = z.object({
  code: ErrorCode,
  message: z.string(),
  /** Whether the same call may succeed later without anybody changing anything. */
  retryable: z.boolean(),
});
export type CodedError = z.infer<typeof CodedError>;

export const codedError = (code: ErrorCode, message: string, retryable = false): CodedError => ({ code, message, retryable });
