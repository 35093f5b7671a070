/** What core needs from its host. Interfaces only: each host (server, desktop main, console, tests) brings its own. */

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export interface Ids {
  /** A new UUIDv7. */
  next(): string;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

export interface Hashing {
  /** HMAC-SHA256. A string key or text is UTF-8. */
  hmacSha256(key: string | Uint8Array, data: Uint8Array): Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
  /** HMAC-SHA1, where a vendor has not moved on (Twilio). */
  hmacSha1(key: string | Uint8Array, data: Uint8Array): Uint8Array;
  /** Constant-time; false for different lengths, never throws. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** Public-key proof with a certificate that somebody else hands out (PayPal). */
export interface Certificates {
  /**
   * True when `signature` is RSA-SHA256 over `data` by the first certificate in `pem`, that certificate names
   * `host` or a host under it, is valid at `now` (milliseconds), and its chain ends at a root this host trusts.
   */
  provenBy(pem: string, host: string, data: Uint8Array, signature: Uint8Array, now: number): boolean;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'PROPFIND' | 'REPORT' | 'MKCALENDAR';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  /**
   * A redirect is followed in a GET of a look or a trial alone (`egress/follow.ts`). Otherwise, left out: it counts as no
   * answer. `told`: it is the answer (its status and headers, no body), and the caller decides where its credentials may go.
   */
  readonly redirect?: 'told';
  /** Whose call it is: the connection may be kept for further calls of the same. Left out: it is closed after the answer. */
  readonly keptFor?: string;
}
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Some bytes are no text in the charset of the answer; they stand as U+FFFD. */
  readonly damaged?: boolean;
}
/** Outbound calls; the host enforces egress rules and limits. Rejects only when no answer was had. */
export interface Http {
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** The OS keychain or the server's vault. `available` false = this machine has none; then nothing is stored anywhere. */
export interface Secrets {
  readonly available: boolean;
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
