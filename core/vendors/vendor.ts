import { z } from 'zod';
import type { ErrorCode } from '../contract/errors.ts';
import type { Result } from '../contract/result.ts';
import type { Change } from '../domain/record/changes.ts';
import type { Clock, Hashing, Http } from '../ports/ports.ts';

/**
 * The vendor port. A vendor is a folder with `manifest.ts`, `webhook.ts`, `mapping.ts`, where it has an API
 * `client.ts`, a `README.md`, and an `index.ts` that puts them together. It knows nothing of routes, tables or screens.
 */

/** How a vendor's facts honestly reach us. */
export type IntegrationPath = 'native' | 'bridge' | 'feed' | 'file' | 'mail';

export const ManifestField = z.strictObject({
  /** Key in the connection's settings or secrets. */
  key: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  label: z.string(),
  help: z.string(),
  /** A sensitive value lives in the vault or keychain, is never shown again and is masked in logs. */
  sensitive: z.boolean(),
  required: z.boolean(),
});
export type ManifestField = z.infer<typeof ManifestField>;

export const VendorManifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  name: z.string(),
  category: z.enum(['photo_crm', 'business_crm', 'planning', 'venue', 'florist', 'booking', 'payments', 'messaging', 'calendar', 'marketing', 'weather']),
  path: z.enum(['native', 'bridge', 'feed', 'file', 'mail']),
  /** What this folder really does today. A flag without the matching function fails the conformance suite. */
  capabilities: z.strictObject({
    webhook: z.boolean(),
    /** The webhook is only a hint: the object is re-read from the source. */
    reread: z.boolean(),
    poll: z.boolean(),
    push: z.boolean(),
  }),
  fields: z.array(ManifestField),
  webhook: z
    .strictObject({
      /** Headers kept with the delivery, lower case. Others are dropped. */
      headers: z.array(z.string()),
      /** Accepted media types, lower case, without parameters. */
      mediaTypes: z.array(z.string()),
      /** Events that are understood, in the vendor's words. */
      events: z.array(z.string()),
      verification: z.enum(['hmac_timestamped', 'hmac', 'secret_url', 'secret_url_and_bearer']),
      /** Seconds a signed timestamp may be off, either way; null where none is signed. */
      toleranceSeconds: z.int().nullable(),
    })
    .nullable(),
  /** Where the facts in this folder come from. */
  sources: z.array(z.string()),
});
export type VendorManifest = z.infer<typeof VendorManifest>;

export interface WebhookRequest {
  /** The bytes as they came; signatures are over these. */
  readonly rawBody: Uint8Array;
  /** Lower-case names; only those the manifest lists, plus content-type and authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string;
}

/** Settings and opened secrets of one connection, for the time of one call. */
export interface ConnectionAccess {
  readonly connectionId: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export type VerifyError = Extract<ErrorCode, 'intake.signature_missing' | 'intake.signature_malformed' | 'intake.signature_wrong' | 'intake.timestamp_outside_window' | 'intake.secret_missing' | 'intake.body_not_utf8' | 'intake.body_not_json'>;

/** Proof that the bytes are the vendor's. Only this carries the parsed body, so unverified data cannot be used by mistake. */
export interface VerifiedWebhook {
  /** Unique per connection; the same fact delivered twice has the same key. */
  readonly deliveryKey: string;
  /** The vendor's name of the event, for people. */
  readonly vendorEvent: string | null;
  /** The body as text, to be stored. */
  readonly bodyText: string;
}

/** What a stored delivery means. */
export type Normalised =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  /** Read these objects from the source; `mapping.fromSource` turns them into changes. */
  | { readonly kind: 'reread'; readonly hints: readonly Hint[] }
  /** Understood and of no interest. */
  | { readonly kind: 'ignored'; readonly why: string };

export interface Hint {
  readonly remoteType: string;
  readonly remoteId: string;
}

export type NormaliseError = { readonly code: Extract<ErrorCode, 'normalise.shape_unknown' | 'normalise.event_unknown'>; readonly message: string };
/** `retryable` false = the source refused for good (gone, forbidden). */
export type RereadError = { readonly code: Extract<ErrorCode, 'normalise.reread_failed' | 'normalise.reread_refused' | 'normalise.shape_unknown'>; readonly message: string; readonly retryable: boolean; readonly retryAfterMs: number | null };

export interface StoredDelivery {
  readonly bodyText: string;
  readonly mediaType: string;
  readonly vendorEvent: string | null;
  /** UTC instant, ISO. */
  readonly receivedAt: string;
}

export interface VendorModule {
  readonly manifest: VendorManifest;
  readonly webhook: {
    /** Pure; fails closed: no secret, no header, no match = refused. Parses only after the proof. */
    verify(request: WebhookRequest, access: ConnectionAccess, ports: { readonly hashing: Hashing; readonly clock: Clock }): Result<VerifiedWebhook, VerifyError>;
    normalise(delivery: StoredDelivery): Result<Normalised, NormaliseError>;
  };
  /** Present when `capabilities.reread` is true. */
  readonly reread?: (hint: Hint, access: ConnectionAccess, ports: { readonly http: Http; readonly clock: Clock }) => Promise<Result<readonly Change[], RereadError>>;
}
