import type { ErrorCode } from '../contract/errors.ts';
import type { Result } from '../contract/result.ts';
import type { Claim } from '../domain/intake/mailOwner.ts';
import type { Answer, Change } from '../domain/record/changes.ts';
import type { Certificates, Clock, Hashing } from '../ports/ports.ts';
import type { CalendarPart, ChannelNews } from './calendars.ts';
import type { CallPorts, ConnectionAccess, RereadError } from './calling.ts';
import type { VendorManifest } from './manifest.ts';

/**
 * The vendor port. A vendor is a folder with `manifest.ts`, what its paths need (`webhook.ts`, `mapping.ts`, `client.ts`,
 * `poll.ts`, `mail.ts`), a `README.md`, and an `index.ts` that puts them together. It knows nothing of routes, tables or
 * screens.
 */
export { VendorManifest, type IntegrationPath, type ManifestField } from './manifest.ts';
export type { CallPorts, ConnectionAccess, RereadError } from './calling.ts';

export interface WebhookRequest {
  readonly method: 'GET' | 'POST' | 'HEAD';
  /** The address that the vendor called, byte for byte, with its query; some sign it. */
  readonly url: string;
  /** Decoded; the first of repeated names. */
  readonly query: Readonly<Record<string, string>>;
  /** The bytes as they came; signatures are over these. */
  readonly rawBody: Uint8Array;
  /** The host's own, faster way from bytes to text, with the rules of `decodeUtf8`; left out = that one. */
  readonly decode?: (bytes: Uint8Array) => string | null;
  /** Lower-case names; only those the manifest lists, plus content-type and authorization. One that came twice is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string;
  /** What {@link WebhookPart.evidence} asked for; null = it was asked for and could not be had. */
  readonly evidence?: string | null;
}

export type VerifyError = Extract<
  ErrorCode,
  | 'intake.signature_missing'
  | 'intake.signature_malformed'
  | 'intake.signature_wrong'
  | 'intake.timestamp_outside_window'
  | 'intake.secret_missing'
  | 'intake.body_not_utf8'
  | 'intake.body_not_json'
  | 'intake.evidence_missing'
>;

/** What the vendor wants to read, where a plain 200 is not enough. */
export interface WebhookReply {
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
}

/** Proof that the bytes are the vendor's. Only this carries the parsed body, so unverified data cannot be used by mistake. */
export interface VerifiedWebhook {
  /** Unique per connection; the same fact delivered twice has the same key. */
  readonly deliveryKey: string;
  /** The vendor's name of the event, for people. */
  readonly vendorEvent: string | null;
  /** The body as text, to be stored. */
  readonly bodyText: string;
  /** Answered in place of the receipt, after the commit. */
  readonly reply?: WebhookReply;
  /** Proved, answered, and nothing to keep (a challenge, a probe). */
  readonly nothing?: boolean;
}

/** What a stored delivery means. */
export type Normalised =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  /** Read these objects from the source; `reread` turns them into changes. */
  | { readonly kind: 'reread'; readonly hints: readonly Hint[] }
  /** Something has changed there, and only a look with the cursor says what: the connection is polled now. `channels`: what it says of these themselves. */
  | { readonly kind: 'poll'; readonly channels?: readonly ChannelNews[] }
  /** Understood and of no interest. */
  | { readonly kind: 'ignored'; readonly why: string };

export interface Hint {
  readonly remoteType: string;
  readonly remoteId: string;
}

export type NormaliseError = { readonly code: Extract<ErrorCode, 'normalise.shape_unknown' | 'normalise.event_unknown' | 'mail_in.whose_unclear'>; readonly message: string };
/** How a delivery came. A test event is marked as such and changes nothing. */
export const ORIGINS = ['webhook', 'poll', 'file', 'feed', 'mail', 'test'] as const;
export type Origin = (typeof ORIGINS)[number];

export interface StoredDelivery {
  readonly bodyText: string;
  readonly mediaType: string;
  readonly vendorEvent: string | null;
  /** UTC instant, ISO. */
  readonly receivedAt: string;
  /** The connection's plain settings: its zone, its currency, its trade. */
  readonly settings: Readonly<Record<string, string>>;
}

export type Normalise = (delivery: StoredDelivery) => Result<Normalised, NormaliseError>;
export interface WebhookPart {
  /**
   * Answers what is a question and no delivery, before any proof: Meta's `hub.challenge` by GET, Graph's
   * `validationToken`, Mailchimp's probe. Null = it is a delivery. What it says may only come from the call itself.
   */
  handshake?(request: WebhookRequest, access: ConnectionAccess, ports: { readonly hashing: Hashing }): WebhookReply | null;
  /** A public text that the proof needs, to be fetched from exactly this https address; null = refused unseen. Hosts are checked here. */
  evidence?(request: WebhookRequest): { readonly url: string } | null;
  /** Pure; fails closed: no secret, no header, no match = refused. Parses only after the proof. */
  verify(
    request: WebhookRequest,
    access: ConnectionAccess,
    ports: { readonly hashing: Hashing; readonly clock: Clock; readonly certificates: Certificates },
  ): Result<VerifiedWebhook, VerifyError>;
  readonly normalise: Normalise;
}

/** One thing that a poll, a feed or a file has brought; it goes the same way as a webhook. */
export interface Brought {
  /** As {@link VerifiedWebhook.deliveryKey}: another state of the same thing has another key. */
  readonly key: string;
  readonly event: string;
  /** JSON text. */
  readonly body: string;
}

export interface PollPage {
  readonly items: readonly Brought[];
  readonly cursor: string;
  readonly more: boolean;
  /** With the last page: calendars that were passed over, since they could not be read; the others were. */
  readonly unread?: readonly { readonly calendarRef: string; readonly code: RereadError['code'] }[];
}

export interface PollPart {
  /** Seconds from one look to the next. */
  readonly everySeconds: number;
  /**
   * One page. `cursor` null = from the beginning of what matters; the returned one is kept after everything of the page
   * is stored, so a crash between repeats the page and the keys drop it.
   */
  read(
    cursor: string | null,
    access: ConnectionAccess,
    ports: CallPorts,
  ): Promise<Result<PollPage, RereadError>>;
  readonly normalise: Normalise;
}

export interface FilePart {
  /** `row` has the manifest's column keys; `{}` for an empty line. Says what is wrong with the row in words for its person. */
  bring(row: Readonly<Record<string, string>>, settings: Readonly<Record<string, string>>): Result<Brought, NormaliseError>;
  readonly normalise: Normalise;
}

/** An entry of an iCalendar feed, as the host has read and expanded it; `body` of a feed delivery is this as JSON. */
export interface FeedEntry {
  readonly uid: string;
  /** Of one occurrence of a series; null = not of a series. */
  readonly recurrenceId: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly place: string | null;
  /** UTC instants. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly allDay: boolean;
  readonly zone: string | null;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly busy: boolean;
  readonly calendar: string | null;
  /** Our own id, where the entry was written by us; see {@link CalendarPart.originOf}. */
  readonly ourId?: string;
  /** Of an entry of ours: who is invited. Left out = nobody. */
  readonly answers?: readonly Answer[];
  /** Of an entry of ours: when it was changed last, by the clock of whoever did. UTC instant. */
  readonly changedAt?: string;
  /** It was there before and is not any more. */
  readonly gone: boolean;
}

export interface FeedPart {
  readonly normalise: Normalise;
}

/** A mail as the host has read it; `body` of a mail delivery is this as JSON. Only mails whose signature was good come here. */
export interface ReadMail {
  readonly messageId: string;
  /** The signing domain that the manifest lists. */
  readonly signedBy: string;
  readonly from: string;
  readonly fromName: string | null;
  readonly subject: string;
  /** Plain text; made out of the HTML part where there is no other. */
  readonly text: string;
  readonly sentAt: string | null;
  /** The whole mail as it came. */
  readonly original: string;
  /**
   * Several connections of the house believe its sender: `unclear` = nothing in it says which it is for; `elsewhere` = another of
   * them has it already. Left out = it is this connection's.
   */
  readonly whose?: 'unclear' | 'elsewhere';
}

export interface MailPart {
  readonly normalise: Normalise;
  /** What a connection with these settings makes of a mail that others of the house would take too; left out = `open`. */
  readonly claim?: (mail: ReadMail, settings: StoredDelivery['settings']) => Claim;
}

/** What trying out a connection has shown, for its person. */
export interface TestReport {
  /** Whose account it is over there, e.g. the studio's name. */
  readonly account: string | null;
  readonly details: readonly string[];
}

export interface VendorModule {
  readonly manifest: VendorManifest;
  readonly webhook?: WebhookPart;
  /** Present when `capabilities.reread` is true. */
  readonly reread?: (hint: Hint, access: ConnectionAccess, ports: CallPorts) => Promise<Result<readonly Change[], RereadError>>;
  readonly poll?: PollPart;
  readonly file?: FilePart;
  readonly feed?: FeedPart;
  readonly mail?: MailPart;
  /** Present when `capabilities.push` is true: our entries are written into its calendars. */
  readonly calendar?: CalendarPart;
  /** One cheap call that reads nothing of anybody. */
  readonly test?: (access: ConnectionAccess, ports: CallPorts) => Promise<Result<TestReport, RereadError>>;
}
