import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { FORWARDING_DOMAINS, forwardingOf } from '../../core/domain/intake/forwarding.ts';
import type { Clock } from '../../core/ports/ports.ts';
import { mailDomainsOf } from '../../core/vendors/mailSenders.ts';
import type { ReadMail, VendorModule } from '../../core/vendors/vendor.ts';
import type { Counting } from '../figures/counting.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { findMailConnection, type MailConnection } from '../store/connections.ts';
import { keepForwarding } from '../store/forwarding.ts';
import type { OpenedStore } from '../store/internals.ts';
import { isAligned, isOf, readMail, type Resolve } from './readMail.ts';
import { whoseMail } from './whose.ts';

/** Largest mail taken, in bytes. */
export const MAIL_LIMIT = 5 * 1024 * 1024;
const CLIENTS = 50;
const RECIPIENTS = 5;
const SOCKET_MS = 60_000;
const WINDOW_MS = 60_000;
const ADDRESSES_KEPT = 10_000;
const KEY_SHAPE = /^[0-9a-f]{32}$/;

export interface MailInOptions {
  readonly store: Pick<OpenedStore, 'internals' | 'addDelivery' | 'audit'>;
  readonly vendors: (system: string) => VendorModule | null;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  /** Where mails are counted by connection; left out = nowhere. */
  readonly figures?: Counting;
  readonly host: string;
  readonly port: number;
  /** Of the addresses, lower case. */
  readonly domain: string;
  /** Unknown recipients and bad signatures per minute and remote address. */
  readonly strangersPerMinute: number;
  /** How signing keys are looked up; the system's way unless a test brings its own. */
  readonly resolve?: Resolve;
}

export interface MailIn {
  readonly port: number;
  /** Takes nothing new; settles when the mails in hand are answered. */
  stop(): Promise<void>;
}

/** What the sending mail system is told; 4xx = try again, 5xx = tell your sender. */
class Refused extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

const unknownAddress = () => new Refused(550, '5.1.1 There is no such address.');
const tooMany = () => new Refused(421, '4.7.0 Too many wrong mails; try again later.');
const later = () => new Refused(451, '4.3.0 It could not be stored; try again later.');
const unsigned = () => new Refused(550, '5.7.20 No good DKIM signature of the system that this address is for.');

/** How often each remote address was wrong within a minute. */
function createStrangers(clock: Clock, perMinute: number) {
  const wrong = new Map<string, { since: number; count: number }>();
  const of = (ip: string) => {
    const found = wrong.get(ip);
    return found && Math.abs(clock.now() - found.since) < WINDOW_MS ? found : null;
  };
  return {
    isExceeded: (ip: string): boolean => (of(ip)?.count ?? 0) >= perMinute,
    count(ip: string): void {
      const one = of(ip) ?? { since: clock.now(), count: 0 };
      wrong.delete(ip);
      wrong.set(ip, { since: one.since, count: one.count + 1 });
      const [oldest] = wrong.keys();
      if (wrong.size > ADDRESSES_KEPT && oldest !== undefined) wrong.delete(oldest);
    },
  };
}

async function whole(stream: SMTPServerDataStream): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAIL_LIMIT) parts.push(part);
  }
  return size > MAIL_LIMIT || stream.sizeExceeded ? null : Buffer.concat(parts);
}

/**
 * Mails of connected systems: taken for known addresses only, believed only with a good signature of the system's own
 * domain, answered only after the commit. Refused in the session, so that the sender is told and nobody else is.
 */
export async function startMailIn(options: MailInOptions): Promise<MailIn> {
  const { store, vendors, clock, log, metrics, figures, domain } = options;
  const resolve: Resolve = options.resolve ?? ((name, type) => dns.resolve(name, type) as Promise<string[][]>);
  const strangers = createStrangers(clock, options.strangersPerMinute);
  const nowText = () => new Date(clock.now()).toISOString();
  let last: Promise<unknown> = Promise.resolve();
  const lane = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  /** Looked up at RCPT, used at DATA. */
  const known = new WeakMap<SMTPServerSession, Map<string, MailConnection>>();

  const refuse = (session: SMTPServerSession, connection: MailConnection | null, code: ErrorCode, message: string): void => {
    strangers.count(session.remoteAddress);
    metrics.intake.inc({ system: connection?.system ?? 'unknown', outcome: 'refused' });
    if (connection) figures?.refused(connection.connectionId, code);
    store.audit({ organisationId: connection?.organisationId ?? null, at: nowText(), action: 'mail_in.refused', actor: session.remoteAddress, subject: connection?.connectionId ?? 'unknown', outcome: code });
    log.info({ connectionId: connection?.connectionId ?? null, code, why: message }, 'mail refused');
  };

  async function recipient(address: string, session: SMTPServerSession): Promise<void> {
    if (strangers.isExceeded(session.remoteAddress)) throw tooMany();
    const at = address.lastIndexOf('@');
    const key = address.slice(0, at).toLowerCase();
    const fits = address.slice(at + 1).toLowerCase() === domain && KEY_SHAPE.test(key);
    const connection = fits ? await findMailConnection(store.internals, key) : null;
    if (!connection || !vendors(connection.system)?.mail) {
      refuse(session, null, 'intake.unknown_connection', 'unknown recipient');
      throw unknownAddress();
    }
    const own = known.get(session) ?? new Map<string, MailConnection>();
    if (own.size >= RECIPIENTS) throw new Refused(452, '4.5.3 Too many recipients.');
    own.set(address, connection);
    known.set(session, own);
  }

  /** Signed by a mail provider, not by the system: taken only as the question whether a mailbox may forward to us. */
  async function asksToForward(connection: MailConnection, mail: ReadMail, session: SMTPServerSession): Promise<boolean> {
    const { organisationId, connectionId } = connection;
    const forwarding = forwardingOf(mail, clock.now(), domain);
    if (forwarding === null) {
      refuse(session, connection, 'mail_in.not_signed', 'signed by a mail provider and no question of its own');
      return false;
    }
    await keepForwarding(store.internals, { organisationId, connectionId, forwarding });
    store.audit({ organisationId, at: nowText(), action: 'mail_in.forwarding_asked', actor: session.remoteAddress, subject: connectionId, outcome: 'ok' });
    log.info({ connectionId, organisationId, provider: forwarding.provider, signedBy: mail.signedBy }, 'a mailbox asks to forward');
    return true;
  }

  /** Throws when it is worth another try. */
  async function take(connection: MailConnection, raw: Buffer, session: SMTPServerSession): Promise<boolean> {
    const vendor = vendors(connection.system);
    const domains = vendor ? mailDomainsOf(vendor.manifest, connection.settings) : [];
    const read = await readMail(raw, [...domains, ...FORWARDING_DOMAINS], resolve, clock.now());
    if (!read.ok && read.error.retryable) throw new Refused(451, '4.7.5 The key of the signature cannot be looked up; try again later.');
    if (!read.ok) {
      refuse(session, connection, read.error.code, read.error.message);
      return false;
    }
    const { organisationId, connectionId } = connection;
    const { key, mail } = read.value;
    if (!isOf(mail.signedBy, domains)) return asksToForward(connection, mail, session);
    // A good signature says who has sent it, not whose name it shows.
    if (!isAligned(mail.from, mail.signedBy, domains)) {
      refuse(session, connection, 'mail_in.from_foreign', 'the sender that it shows is not at the domain that has signed it');
      return false;
    }
    // One after another: of two copies at the same time the second has to find the first.
    return lane(async () => {
      const { connection: owner, whose } = await whoseMail(store.internals, vendors, connection, mail, key);
      const { connectionId: ownerId, system } = owner;
      const bodyText = JSON.stringify(whose === null ? mail : { ...mail, whose });
      const { duplicate, deliveryId } = await store.addDelivery({
        organisationId, connectionId: ownerId, system, deliveryKey: key, vendorEvent: 'mail', mediaType: 'application/json', headers: {}, bodyText, receivedAt: nowText(), origin: 'mail',
      });
      metrics.intake.inc({ system, outcome: duplicate ? 'duplicate' : 'accepted' });
      if (duplicate) figures?.duplicate(ownerId);
      else figures?.came(ownerId, 'mail');
      log.info({ connectionId: ownerId, cameTo: connectionId, organisationId, system, deliveryId, duplicate, whose, signedBy: mail.signedBy }, 'mail taken in');
      return true;
    });
  }

  async function mail(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const raw = await whole(stream);
    if (raw === null) throw new Refused(552, `5.3.4 A mail may have ${MAIL_LIMIT} bytes.`);
    const wanted = session.envelope.rcptTo.flatMap(({ address }) => known.get(session)?.get(address) ?? []);
    known.delete(session);
    let taken = 0;
    for (const connection of new Map(wanted.map((one) => [one.connectionId, one])).values()) if (await take(connection, raw, session)) taken += 1;
    if (taken === 0) throw unsigned();
  }

  /** The library wants callbacks; what is not a refusal of ours is a fault here, and the sender keeps the mail. */
  const answered = (work: Promise<void>, done: (error?: Error | null) => void): void => {
    work.then(
      () => done(),
      (error: unknown) => {
        if (!(error instanceof Refused)) log.error({ err: error }, 'a mail could not be taken in');
        done(error instanceof Refused ? error : later());
      },
    );
  };

  const server = new SMTPServer({
    name: domain,
    banner: 'mails of connected systems',
    authOptional: true,
    // What arrives proves itself by its signature; encryption is the affair of the mail server in front, which has a certificate.
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hidePIPELINING: true,
    size: MAIL_LIMIT,
    maxClients: CLIENTS,
    socketTimeout: SOCKET_MS,
    logger: false,
    onConnect: (session, done) => done(strangers.isExceeded(session.remoteAddress) ? tooMany() : null),
    onMailFrom: (_address, session, done) => {
      known.delete(session);
      done();
    },
    onRcptTo: ({ address }, session, done) => answered(recipient(address, session), done),
    onData: (stream, session, done) => answered(mail(stream, session), done),
  });
  // Broken lines of senders; without a listener the process would end.
  server.on('error', (error) => log.warn({ err: error }, 'a mail connection broke'));
  server.listen(options.port, options.host);
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
