import type { Certificates, HttpRequest, HttpResponse } from '../../core/ports/ports.ts';
import type { ConnectionAccess, FeedEntry, Hint, ReadMail, VendorModule, WebhookReply, WebhookRequest } from '../../core/vendors/vendor.ts';

/** What a vendor brings to the shared suite: its own way to prove a call, and real-looking deliveries. */
export interface VendorSamples {
  readonly vendor: VendorModule;
  readonly access: ConnectionAccess;
  /** The moment at which `prove` signs. */
  readonly nowMs: number;
  /** A repeat that comes so much later is known as one; five seconds where it is left out. Less only where the vendor tells news in the very same bytes. */
  readonly knownAgainMs?: number;
  /**
   * A call as the vendor makes it. `secret` = signed with another one; `at` = signed at another moment. The headers (or,
   * where the proof is in the address or the body, those) are what the suite spoils.
   */
  prove?(body: Uint8Array, options?: { readonly mediaType?: string; readonly secret?: string; readonly at?: number }): WebhookRequest;
  /** Deliveries by the name of their fixture. */
  readonly deliveries: readonly { readonly name: string; readonly body: string; readonly mediaType: string; readonly headers?: Readonly<Record<string, string>>; readonly query?: Readonly<Record<string, string>> }[];
  /** What a body is; JSON where it is left out. `none` = everything is in the headers. */
  readonly bodyKind?: 'json' | 'form' | 'none';
  /** A proof that is in the body or the address: the generic spoiling of headers makes no sense, the vendor's own tests do it. */
  readonly provesElsewhere?: boolean;
  readonly certificates?: Certificates;
  /** Questions and what is answered; null = no question, a delivery. */
  readonly handshakes?: readonly { readonly name: string; readonly request: WebhookRequest; readonly reply: WebhookReply | null }[];
  /** A hint, and the answers of the API by address. */
  readonly reread?: { readonly hints: readonly Hint[]; readonly answers: ReadonlyMap<string, unknown>; readonly secretValues: readonly string[] };
  /** The API as the poll sees it, and how many things it brings from the beginning. */
  readonly poll?: { respond(request: HttpRequest): HttpResponse; readonly brings: number; readonly secretValues: readonly string[] };
  /** A calendar, an entry in it, and what must not be seen. */
  readonly calendar?: { readonly calendarRef: string; readonly remoteId: string; readonly secretValues: readonly string[] };
  /** Rows by the manifest's column keys. */
  readonly file?: { readonly rows: readonly Readonly<Record<string, string>>[] };
  readonly feed?: { readonly entries: readonly FeedEntry[] };
  readonly mail?: { readonly mails: readonly ReadMail[] };
  readonly tryOut?: { respond(request: HttpRequest): HttpResponse; readonly account: string | null; readonly secretValues: readonly string[] };
}
