import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { WEBHOOK_BODY_LIMIT } from '../core/contract/http.ts';
import { err, ok, type Result } from '../core/contract/result.ts';
import { MANAGING_PER_MINUTE } from '../core/contract/systems.ts';
import { ROLES, type RoleNames } from './roles.ts';

/** One setting: where it comes from, what it may be, and what to tell a person who got it wrong. */
interface Field<T> {
  readonly variable: string;
  readonly flag: string;
  /** A flag that stands for `1` when it is given without a value. */
  readonly isSwitch?: boolean;
  /** Never repeated in messages. */
  readonly sensitive?: boolean;
  readonly expected: string;
  readonly about: string;
  readonly fallback: T;
  readonly schema: z.ZodType<T, string>;
}

const field = <T>(value: Field<T>): Field<T> => value;
const whole = (min: number, max: number) =>
  z.string().regex(/^\d{1,10}$/).transform(Number).pipe(z.int().min(min).max(max)) as unknown as z.ZodType<number, string>;
const list = z.string().transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''));
const HOST_AND_PORT = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/;
const isKey = (text: string) => /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').byteLength === 32;

export const FIELDS = {
  host: field<string>({
    variable: 'WEDSYNC_HOST', flag: 'host',
    expected: 'an address or name to listen on',
    about: 'Address the server listens on. Anything but loopback makes it reachable from other machines.',
    fallback: '127.0.0.1',
    schema: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/),
  }),
  port: field<number>({
    variable: 'WEDSYNC_PORT', flag: 'port',
    expected: 'a whole number from 0 to 65535',
    about: 'Port the server listens on; `0` takes any free one.',
    fallback: 4317,
    schema: whole(0, 65_535),
  }),
  dataDir: field<string>({
    variable: 'WEDSYNC_DATA_DIR', flag: 'data-dir',
    expected: 'a folder path',
    about: 'Folder of the embedded database, the master key and `server.json`.',
    fallback: '.wedsync',
    schema: z.string().min(1).max(1000),
  }),
  databaseUrl: field<string | null>({
    variable: 'DATABASE_URL', flag: 'database-url', sensitive: true,
    expected: 'an address like postgres://user:password@host:5432/name',
    about: 'A PostgreSQL database to use in place of the embedded one.',
    fallback: null,
    schema: z.url({ protocol: /^postgres(ql)?$/ }),
  }),
  masterKey: field<string | null>({
    variable: 'WEDSYNC_MASTER_KEY', flag: 'master-key', sensitive: true,
    expected: '32 bytes in base64 (44 characters)',
    about: "Key that opens the stored credentials. Without it `master.key` in the data folder is used, and made at the first start.",
    fallback: null,
    schema: z.string().refine(isKey),
  }),
  demo: field<boolean>({
    variable: 'WEDSYNC_DEMO', flag: 'demo', isSwitch: true,
    expected: '0 or 1',
    about: 'Fills an empty record with a demo venue.',
    fallback: false,
    schema: z.enum(['0', '1']).transform((text) => text === '1'),
  }),
  demoStudioPort: field<number>({
    variable: 'WEDSYNC_DEMO_STUDIO_PORT', flag: 'demo-studio-port',
    expected: 'a whole number from 1 to 65535',
    about: 'Loopback port at which the demo venue looks for the studio that the simulation plays; only when the demo is made.',
    fallback: 4319,
    schema: whole(1, 65_535),
  }),
  logLevel: field<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    variable: 'WEDSYNC_LOG_LEVEL', flag: 'log-level',
    expected: 'fatal, error, warn, info, debug or silent',
    about: 'Least severe log line that is written.',
    fallback: 'info',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
  }),
  consoleDir: field<string | null>({
    variable: 'WEDSYNC_CONSOLE_DIR', flag: 'console-dir',
    expected: 'a folder path',
    about: 'Folder of the built console, served at `/`; without it no pages are served.',
    fallback: null,
    schema: z.string().min(1).max(1000),
  }),
  egressAllow: field<readonly string[]>({
    variable: 'WEDSYNC_EGRESS_ALLOW', flag: 'egress-allow',
    expected: 'host:port, several separated by commas',
    about: 'Private or loopback targets that outbound calls may reach, besides public ones.',
    fallback: [],
    schema: list.refine((parts) => parts.every((part) => HOST_AND_PORT.test(part))),
  }),
  publicUrl: field<string | null>({
    variable: 'WEDSYNC_PUBLIC_URL', flag: 'public-url',
    expected: 'an http or https address without a path',
    about: 'Address under which vendors and browsers reach this server, when a proxy stands before it.',
    fallback: null,
    schema: z.url({ protocol: /^https?$/ }).refine((text) => new URL(text).pathname === '/').transform((text) => new URL(text).origin),
  }),
  trustProxy: field<readonly string[]>({
    variable: 'WEDSYNC_TRUST_PROXY', flag: 'trust-proxy',
    expected: 'addresses or networks, several separated by commas',
    about: 'Proxies whose `X-Forwarded-For` is believed.',
    fallback: [],
    schema: list.refine((parts) => parts.every((part) => /^[0-9a-fA-F:.]+(\/\d{1,3})?$/.test(part))),
  }),
  metricsToken: field<string | null>({
    variable: 'WEDSYNC_METRICS_TOKEN', flag: 'metrics-token', sensitive: true,
    expected: 'at least 16 characters',
    about: 'Bearer token that opens `/metrics` to other machines; without it only loopback may read it.',
    fallback: null,
    schema: z.string().min(16).max(200),
  }),
  webhookBodyBytes: field<number>({
    variable: 'WEDSYNC_WEBHOOK_BODY_BYTES', flag: 'webhook-body-bytes',
    expected: `a whole number from 1024 to ${WEBHOOK_BODY_LIMIT}`,
    about: 'Largest webhook body that is taken.',
    fallback: WEBHOOK_BODY_LIMIT,
    schema: whole(1024, WEBHOOK_BODY_LIMIT),
  }),
  strangerPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_STRANGER', flag: 'rate-stranger',
    expected: 'a whole number from 1 to 1000000',
    about: 'Webhooks per minute and remote address that may be unknown or badly signed before the answer is 429.',
    fallback: 60,
    schema: whole(1, 1_000_000),
  }),
  connectionPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_CONNECTION', flag: 'rate-connection',
    expected: 'a whole number from 1 to 10000000',
    about: 'Signed webhooks per minute and connection; a burst may use all of them at once.',
    fallback: 6000,
    schema: whole(1, 10_000_000),
  }),
  apiPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_API', flag: 'rate-api',
    expected: 'a whole number from 1 to 1000000',
    about: 'Requests per minute and remote address to the endpoints for people and devices.',
    fallback: 1200,
    schema: whole(1, 1_000_000),
  }),
  enrolPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_ENROL', flag: 'rate-enrol',
    expected: 'a whole number from 1 to 10000',
    about: 'Attempts per minute and remote address to enrol a device.',
    fallback: 10,
    schema: whole(1, 10_000),
  }),
  signInPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_SIGN_IN', flag: 'rate-sign-in',
    expected: 'a whole number from 1 to 100000',
    about: 'Attempts per minute and remote address to sign in, to use an invitation or to begin a pairing. Every account is slowed by itself besides.',
    fallback: 60,
    schema: whole(1, 100_000),
  }),
  managingPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_MANAGING', flag: 'rate-managing',
    expected: 'a whole number from 1 to 1000000',
    about: 'Calls per minute and user, over all devices and processes, that connect, try out, change, pause, resume, remove or look at a system, replay or cancel, ask for leave or take files in.',
    fallback: MANAGING_PER_MINUTE,
    schema: whole(1, 1_000_000),
  }),
  enquiryPagesPerMinute: field<number>({
    variable: 'WEDSYNC_RATE_ENQUIRY_PAGES', flag: 'rate-enquiry-pages',
    expected: 'a whole number from 1 to 1000000',
    about: 'Pages per minute and remote address of the page on which couples ask for a day.',
    fallback: 60,
    schema: whole(1, 1_000_000),
  }),
  enquiriesPerHour: field<number>({
    variable: 'WEDSYNC_RATE_ENQUIRIES', flag: 'rate-enquiries',
    expected: 'a whole number from 1 to 1000000',
    about: 'Forms per hour and remote address that are sent from the page on which couples ask for a day, those that are not right included.',
    fallback: 20,
    schema: whole(1, 1_000_000),
  }),
  askCalendarsMs: field<number>({
    variable: 'WEDSYNC_ASK_CALENDARS_MS', flag: 'ask-calendars-ms',
    expected: 'a whole number from 100 to 8000',
    about: 'Milliseconds for which a confirmation waits until the calendars of those whose time it takes were asked again. One that is not heard by then is confirmed with a reason only.',
    fallback: 5_000,
    schema: whole(100, 8_000),
  }),
  mailInPort: field<number | null>({
    variable: 'WEDSYNC_MAIL_IN_PORT', flag: 'mail-in-port',
    expected: 'a whole number from 0 to 65535',
    about: 'Port on which mails of connected systems are taken in (SMTP), by the processes that take webhooks; `0` takes any free one. Without it none are. Needs `WEDSYNC_MAIL_IN_DOMAIN`.',
    fallback: null,
    schema: whole(0, 65_535),
  }),
  mailInDomain: field<string | null>({
    variable: 'WEDSYNC_MAIL_IN_DOMAIN', flag: 'mail-in-domain',
    expected: 'a domain name such as in.example.com',
    about: 'Domain of the addresses that connections by e-mail are given; its MX record leads to this server, or to a mail server that hands on to it.',
    fallback: null,
    schema: z.string().max(253).regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i).transform((text) => text.toLowerCase()),
  }),
  smtpUrl: field<string | null>({
    variable: 'WEDSYNC_SMTP_URL', flag: 'smtp-url', sensitive: true,
    expected: 'an address like smtps://user:password@host:465 or smtp://host:587',
    about: 'Mail server for invitations and password resets; without it links are handed over by people. On the network it needs `WEDSYNC_PUBLIC_URL`.',
    fallback: null,
    schema: z.url({ protocol: /^smtps?$/ }),
  }),
  mailFrom: field<string>({
    variable: 'WEDSYNC_MAIL_FROM', flag: 'mail-from',
    expected: 'a mail address, or a name with a mail address in angle brackets',
    about: 'Sender of mails.',
    fallback: 'WedSync <wedsync@localhost>',
    schema: z.string().max(300).regex(/^[^\p{Cc}<>]*<?[^\s@<>]+@[^\s@<>]+>?$/u),
  }),
  streamConnections: field<number>({
    variable: 'WEDSYNC_STREAM_CONNECTIONS', flag: 'stream-connections',
    expected: 'a whole number from 1 to 100000',
    about: 'Live connections that are open at the same time; more are refused as overloaded.',
    fallback: 5000,
    schema: whole(1, 100_000),
  }),
  role: field<RoleNames>({
    variable: 'WEDSYNC_ROLE', flag: 'role',
    expected: 'all, or some of intake, stream and worker, separated by commas',
    about: 'What this process does: take webhooks in, serve people and live lines, work on what was stored. Anything but `all` needs `DATABASE_URL`.',
    fallback: ['all'],
    schema: list.pipe(z.array(z.enum(['all', ...ROLES])).min(1)),
  }),
  redisUrl: field<string | null>({
    variable: 'REDIS_URL', flag: 'redis-url', sensitive: true,
    expected: 'an address like redis://user:password@host:6379/0',
    about: 'A Redis that carries what processes tell each other often, in place of the database. Only with `DATABASE_URL`.',
    fallback: null,
    schema: z.url({ protocol: /^rediss?$/ }),
  }),
  drainMs: field<number>({
    variable: 'WEDSYNC_DRAIN_MS', flag: 'drain-ms',
    expected: 'a whole number from 0 to 600000',
    about: 'Milliseconds for which a process that was asked to stop still does its work while `/readyz` answers 503, so that a balancer sends nothing new.',
    fallback: 0,
    schema: whole(0, 600_000),
  }),
} as const;

type FieldName = keyof typeof FIELDS;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type Config = { readonly [N in FieldName]: ValueOf<(typeof FIELDS)[N]> } & {
  /** Print a one-use ticket for pairing another desktop, once the server is ready. */
  readonly printTicket: boolean;
};

/** One thing that is wrong, as a sentence that names the setting, its value (masked when sensitive) and what is expected. */
export interface ConfigProblem {
  readonly setting: string;
  readonly message: string;
}

export type Configured = { readonly kind: 'help'; readonly text: string } | { readonly kind: 'config'; readonly config: Config };

function shown(spec: Field<unknown>, value: string): string {
  if (spec.sensitive) return `(${value.length} characters, not shown)`;
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
}

/**
 * Reads flags (stronger) and environment (weaker). All problems are reported together, so that one start is enough to
 * see them. An empty variable counts as absent. Relative folders are made absolute against `cwd`.
 */
export function loadConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>, cwd: string): Result<Configured, ConfigProblem[]> {
  const entries = Object.entries(FIELDS) as [FieldName, Field<unknown>][];
  const flags: Record<string, { type: 'string' } | { type: 'boolean' }> = { help: { type: 'boolean' }, 'print-ticket': { type: 'boolean' } };
  for (const [, spec] of entries) flags[spec.flag] = { type: spec.isSwitch ? 'boolean' : 'string' };

  const problems: ConfigProblem[] = [];
  const { values, positionals, tokens } = parseArgs({ args: [...argv], options: flags, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const known = flags[token.name];
    if (!known) problems.push({ setting: token.rawName, message: `${token.rawName} is not a flag of this program; --help lists them.` });
    else if (known.type === 'string' && token.value === undefined) problems.push({ setting: token.rawName, message: `${token.rawName} needs a value.` });
    else if (known.type === 'boolean' && token.value !== undefined) problems.push({ setting: token.rawName, message: `${token.rawName} takes no value.` });
  }
  for (const word of positionals) problems.push({ setting: word, message: `${JSON.stringify(word)} is not understood; settings are given as --flag value.` });

  if (values['help'] === true && problems.length === 0) return ok({ kind: 'help', text: helpText() });

  const config: Record<string, unknown> = { printTicket: values['print-ticket'] === true };
  for (const [name, spec] of entries) {
    const flag = values[spec.flag];
    const text = flag === true ? '1' : typeof flag === 'string' ? flag : env[spec.variable] || undefined;
    if (text === undefined) {
      config[name] = spec.fallback;
      continue;
    }
    const parsed = spec.schema.safeParse(text);
    if (parsed.success) config[name] = parsed.data;
    else {
      const setting = flag === undefined ? spec.variable : `--${spec.flag}`;
      problems.push({ setting, message: `${setting} is ${shown(spec, text)}, but must be ${spec.expected}.` });
    }
  }
  if (problems.length > 0) return err(problems);
  for (const name of ['dataDir', 'consoleDir'] as const) if (typeof config[name] === 'string') config[name] = resolve(cwd, config[name]);
  return ok({ kind: 'config', config: config as unknown as Config });
}

function helpText(): string {
  const lines = (Object.values(FIELDS) as Field<unknown>[]).map((spec) => {
    const isNone = spec.fallback === null || (Array.isArray(spec.fallback) && spec.fallback.length === 0);
    const standard = isNone ? 'none' : spec.fallback === false ? '0' : String(spec.fallback);
    return `  --${spec.flag}${spec.isSwitch ? '' : ' VALUE'}  (${spec.variable}, default ${standard})\n      ${spec.about}`;
  });
  return ['WedSync Command Centre server', '', ...lines, '  --print-ticket', '      Prints a one-use ticket for pairing another desktop, once the server is ready.', '  --help', ''].join('\n');
}
