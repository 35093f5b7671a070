import { z } from 'zod';

/**
 * Every code that may cross a boundary. A code is a promise: it is never reused for another meaning, and each one has
 * a sentence for people in `resources/locales` (a test holds that).
 */
export const ERROR_CODES = [
  // intake: a vendor's request
  'conflicts.part_unknown',
  'conflicts.parts_circular',
  // a decision about whose time is taken
  'conflict.would_clash',
  'conflict.past_limit',
  'conflict.locked',
  'conflict.source_not_asked',
  'booking.cancelled_there',
  'intake.unknown_system',
  'intake.unknown_connection',
  'intake.address_incomplete',
  'intake.body_too_large',
  'intake.media_type',
  'intake.body_not_utf8',
  'intake.evidence_missing',
  'intake.body_not_json',
  'intake.signature_missing',
  'intake.signature_malformed',
  'intake.signature_wrong',
  'intake.timestamp_outside_window',
  'intake.secret_missing',
  'intake.too_many_requests',
  'intake.store_unavailable',
  'intake.connection_removed',
  // normalisation: a stored delivery
  'normalise.shape_unknown',
  'normalise.event_unknown',
  'normalise.reread_failed',
  'normalise.reread_refused',
  'normalise.no_access',
  'normalise.forbidden',
  'normalise.no_wedding_matched',
  'normalise.person_erased',
  // an entry that is written into somebody's calendar
  'calendar.changed_there',
  'calendar.gone',
  'calendar.forbidden',
  'calendar.refused',
  'calendar.given_up',
  'calendar.written_twice',
  'calendar.placeholder_unknown',
  // calendar feeds that are given out
  'feed.too_many',
  // the page on which couples ask for a day
  'enquiry.changed_meanwhile',
  'enquiry.no_rooms',
  'enquiry.never_open',
  // deliveries that are kept back
  'held.paused',
  'held.disabled',
  'held.deletes',
  'held.moves',
  'held.copies',
  'held.discarded',
  'breaker.open',
  // what waited for a person
  'review.put_away',
  'review.expired',
  // connecting a system
  'connect.field_missing',
  'connect.field_invalid',
  'connect.field_unknown',
  'connect.path_unknown',
  'connect.refused',
  'connect.address_wrong',
  'connect.untried',
  'connect.not_possible',
  'connect.leave_unknown',
  'connect.leave_denied',
  'connect.leave_failed',
  'connect.leave_ended',
  'connect.unfinished',
  'connect.removed',
  'connect.system_gone',
  // a key that one desktop keeps
  'desk.away',
  'desk.withdrawn',
  'desk.key_missing',
  'desk.address_changed',
  'desk.system_unknown',
  'desk.turn_over',
  'import.unreadable',
  'import.too_many_rows',
  'import.columns_unknown',
  'mail_in.not_signed',
  'mail_in.unreadable',
  'mail_in.from_foreign',
  'mail_in.whose_unclear',
  'mail_in.taken_elsewhere',
  // deliveries that are worked on again
  'replay.running',
  'replay.nothing',
  'replay.body_gone',
  'replay.too_large',
  'replay.dry_run_over',
  'replay.untried',
  'figures.not_saved',
  // people and devices
  'auth.missing',
  'auth.invalid',
  'auth.revoked',
  'auth.ticket_invalid',
  'auth.forbidden',
  'auth.last_owner',
  'auth.founding_invalid',
  'auth.founded_already',
  // accounts
  'auth.signed_out',
  'auth.credentials_wrong',
  'auth.second_factor_wrong',
  'auth.second_factor_needed',
  'auth.sign_in_again',
  'auth.password_unfit',
  'auth.throttled',
  'auth.no_membership',
  'auth.organisation_choice',
  'auth.sign_on_required',
  'auth.invitation_invalid',
  'auth.invitation_other',
  'auth.account_exists',
  'auth.account_needed',
  'auth.account_elsewhere',
  'auth.already_member',
  'auth.reset_invalid',
  'auth.pairing_invalid',
  'auth.pairing_denied',
  'sign_on.issuer_refused',
  'sign_on.domain_taken',
  'mail.not_configured',
  'mail.failed',
  // personal data
  'personal_data.not_confirmed',
  'personal_data.already_erased',
  'personal_data.not_saved',
  // requests and commands
  'request.invalid',
  'request.not_found',
  'request.too_many',
  'request.method',
  'request.idempotency_mismatch',
  'request.idempotency_running',
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
  'window.too_many',
  'secrets.unavailable',
  'server.unreachable',
  'server.start_failed',
  'server.role_needs_database',
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
  /** The key of the entered field that it is about, where there is one. */
  field: z.string().optional(),
});
export type CodedError = z.infer<typeof CodedError>;

/** How an exchange with a server ended, and for how many seconds it asked to be left alone; absent or null = it did not say. */
export interface Refused extends CodedError {
  readonly retryAfterSeconds?: number | null;
}

export const codedError = (code: ErrorCode, message: string, retryable = false): CodedError => ({ code, message, retryable });
