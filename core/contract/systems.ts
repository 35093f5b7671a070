import { z } from 'zod';
import { Id, Instant, ShortText, Zone } from './primitives.ts';
import { Connection } from './record.ts';

/**
 * Systems that can be connected, and connecting them. A system's face is drawn from its folder's manifest; secrets only
 * ever travel towards the server and are never told back.
 */

export const SYSTEM_PATHS = ['native', 'bridge', 'feed', 'file', 'mail', 'none'] as const;
const Path = z.enum(SYSTEM_PATHS);
const ConnectPath = Path.exclude(['none']);
export type ConnectPath = z.infer<typeof ConnectPath>;

/** `GET /api/systems`: everything that can be connected, by name. */
export const SystemSummary = z.object({
  id: z.string(),
  name: z.string(),
  category: z.string(),
  paths: z.array(Path),
  /** What really comes over: webhooks at once, looks every few minutes, files, feeds, mails. */
  capabilities: z.object({ webhook: z.boolean(), reread: z.boolean(), poll: z.boolean(), file: z.boolean(), feed: z.boolean(), mail: z.boolean(), test: z.boolean(), push: z.boolean() }),
  /** Seconds between looks; null = it is not looked at. */
  looksEverySeconds: z.int().nullable(),
  /** Connections to it that this house has. */
  connections: z.int(),
});
export type SystemSummary = z.infer<typeof SystemSummary>;
export const SystemsAnswer = z.object({ at: Instant, systems: z.array(SystemSummary) });

export const SystemField = z.object({
  key: z.string(),
  label: z.string(),
  help: z.string(),
  sensitive: z.boolean(),
  required: z.boolean(),
  input: z.enum(['text', 'url', 'email', 'number', 'zone', 'currency', 'choice', 'generated']),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  /** Asked for on these paths; empty = on all. */
  paths: z.array(Path),
  initial: z.string(),
  /** The vendor tells it only for a known address: with `secretsLater` it may follow. */
  later: z.boolean(),
});
export type SystemField = z.infer<typeof SystemField>;

/** `GET /api/systems/:system`: what the connect form needs. */
export const SystemFace = SystemSummary.extend({
  fields: z.array(SystemField),
  /** The venue gives leave over there in its own browser. */
  oauth: z.boolean(),
  guides: z.array(z.object({ path: Path, brings: z.string(), steps: z.array(z.string()) })),
  triggers: z.array(z.object({ trigger: z.string(), label: z.string(), instant: z.boolean(), required: z.array(z.string()), optional: z.array(z.string()) })),
  columns: z.array(z.object({ key: z.string(), label: z.string(), required: z.boolean() })),
  sources: z.array(z.string()),
});
export type SystemFace = z.infer<typeof SystemFace>;

/** Values by the fields' keys. */
const Values = z.record(z.string().regex(/^[a-z][a-zA-Z0-9]{0,59}$/), z.string().max(8_000));

/** What trying it out has shown. */
export const TestReport = z.object({ account: z.string().nullable(), details: z.array(z.string()) });
export type TestReport = z.infer<typeof TestReport>;

/** Calls a minute that one device may make to connect, try out, change, rotate, look now, ask for leave or take files in; more are answered 429 with `Retry-After`. */
export const MANAGING_PER_MINUTE = 5;

/** `POST /api/integrations/vendor/test`: nothing is kept. */
export const TryRequest = z.strictObject({ system: z.string().max(60), path: ConnectPath, settings: Values, secrets: Values });
export const TryAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('worked'), report: TestReport }),
  /** `retryable`: they are away; otherwise something that was entered is wrong. */
  z.object({ outcome: z.literal('failed'), code: z.string(), message: z.string(), retryable: z.boolean() }),
  /** There is nothing that could be called: the first delivery will show. */
  z.object({ outcome: z.literal('untestable') }),
]);
export type TryAnswer = z.infer<typeof TryAnswer>;

/** What its person has to carry over there. Null = not on this path. */
export const Setup = z.object({
  connectionId: Id,
  webhookUrl: z.string().nullable(),
  mailAddress: z.string().nullable(),
  /** Plain settings as they stand. */
  settings: z.record(z.string(), z.string()),
  /** Keys of secrets that are set; their values are never told. */
  secretsSet: z.array(z.string()),
  /** Keys of required secrets that are still to come; until then nothing that is delivered is believed. */
  missing: z.array(z.string()),
  /** OAuth: whether leave was given, and until when the access lasts. */
  leave: z.object({ given: z.boolean(), until: Instant.nullable(), ended: z.boolean() }).nullable(),
});
export type Setup = z.infer<typeof Setup>;

/**
 * `POST /api/integrations/vendor/connect` (API-01). Tried out first where that is possible; with `evenIfUntested` a
 * vendor that is away does not stop it, a wrong key always does. Where the vendor asks for leave (OAuth) it is tried out
 * once that was given. Errors name the field that they are about.
 */
export const ConnectRequest = z.strictObject({
  system: z.string().max(60),
  path: ConnectPath,
  name: ShortText.min(1).optional(),
  settings: Values,
  secrets: Values,
  evenIfUntested: z.boolean().optional(),
  /** Fields that are marked `later` may be left empty now and given with a change; nothing is tried out then. */
  secretsLater: z.boolean().optional(),
});
export type ConnectRequest = z.infer<typeof ConnectRequest>;
export const ConnectAnswer = z.object({
  connection: Connection,
  setup: Setup,
  /** Secrets that we made up, to be copied over there; told this once. */
  generated: z.record(z.string(), z.string()),
  report: TestReport.nullable(),
});
export type ConnectAnswer = z.infer<typeof ConnectAnswer>;

/** `PATCH /api/integrations/:id`: only what is given changes; ids, address and history stay. An empty secret is cleared. */
export const ChangeConnectionRequest = z.strictObject({ name: ShortText.min(1).optional(), settings: Values.optional(), secrets: Values.optional(), evenIfUntested: z.boolean().optional() });
export type ChangeConnectionRequest = z.infer<typeof ChangeConnectionRequest>;

/** `POST /api/integrations/:id/rotate`: a new made-up secret; the one before stays valid as the previous one. */
export const RotateRequest = z.strictObject({ key: z.string().max(60) });

/** `POST /api/integrations/:id/pause` and `/resume`: what comes meanwhile is kept and worked on afterwards. */
export const ConnectionAnswer = z.object({ connection: Connection });

/** `POST /api/integrations/:id/look`: looks at the source now. */
export const LookAnswer = z.object({ connectionId: Id, nextLookAt: Instant.nullable() });
export type LookAnswer = z.infer<typeof LookAnswer>;

/** `POST /api/integrations/:id/leave`: begins asking for leave; `redirectUri` is a loopback address of the desktop or this server's own. */
export const LeaveRequest = z.strictObject({ redirectUri: z.url().max(500) });
export const LeaveAnswer = z.object({ authorizeUrl: z.url(), state: z.string(), expiresAt: Instant });
export type LeaveAnswer = z.infer<typeof LeaveAnswer>;
/** Where the desktop listens for the answer, if the port is free; some vendors want the address registered exactly. */
export const DESKTOP_LEAVE_PORT = 43_117;
export const DESKTOP_LEAVE_PATH = '/leave';
export const DESKTOP_LEAVE_ADDRESS = `http://127.0.0.1:${DESKTOP_LEAVE_PORT}${DESKTOP_LEAVE_PATH}`;
/** `POST /api/integrations/leave/given`: what the vendor sent back to the redirect address, as a whole. */
export const LeaveGivenRequest = z.strictObject({ callbackUrl: z.url().max(4_000) });

const IMPORT_LIMIT = 4_000_000;
/** Characters of a file that is taken in at once. */
export const IMPORT_CHARACTERS = IMPORT_LIMIT;
export const IMPORT_ROWS = 20_000;
/** Heading of the file -> column key of the system; a heading that is missing is left out. */
const ColumnMap = z.record(z.string().max(300), z.string().max(60));
/** `POST /api/integrations/:id/imports/preview`: nothing is taken in. */
export const ImportPreviewRequest = z.strictObject({ csv: z.string().max(IMPORT_LIMIT), columns: ColumnMap.optional(), dateOrder: z.enum(['dmy', 'mdy', 'ymd']).optional(), zone: Zone.optional() });
export const ImportPreview = z.object({
  headings: z.array(z.string()),
  /** As given, or as guessed from the headings. */
  columns: ColumnMap,
  rows: z.int(),
  /** The first ones: what each would be, or what is wrong with it. */
  first: z.array(z.object({ line: z.int(), values: z.record(z.string(), z.string()), title: z.string().nullable(), problem: z.string().nullable() })),
  /** Of all rows. */
  good: z.int(),
  problems: z.array(z.object({ line: z.int(), message: z.string() })),
  /** Dates that could be read two ways: the person has to choose. */
  dateOrderUnclear: z.boolean(),
});
export type ImportPreview = z.infer<typeof ImportPreview>;
/** `POST /api/integrations/:id/imports`: every good row becomes a delivery; the same file twice changes nothing. */
export const ImportRequest = z.strictObject({ csv: z.string().max(IMPORT_LIMIT), columns: ColumnMap, dateOrder: z.enum(['dmy', 'mdy', 'ymd']).optional(), zone: Zone.optional() });
export const ImportAnswer = z.object({ taken: z.int(), known: z.int(), problems: z.array(z.object({ line: z.int(), message: z.string() })) });
export type ImportAnswer = z.infer<typeof ImportAnswer>;

const SystemParams = z.object({ system: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/) });
const IdParams = z.object({ id: Id });

export const SYSTEMS_HTTP = {
  systems: { method: 'GET', path: '/api/systems', request: {}, success: SystemsAnswer },
  system: { method: 'GET', path: '/api/systems/:system', request: { params: SystemParams }, success: SystemFace },
  tryOut: { method: 'POST', path: '/api/integrations/vendor/test', request: { body: TryRequest }, success: TryAnswer },
  connect: { method: 'POST', path: '/api/integrations/vendor/connect', request: { body: ConnectRequest }, success: ConnectAnswer },
  setup: { method: 'GET', path: '/api/integrations/:id/setup', request: { params: IdParams }, success: Setup },
  changeConnection: { method: 'PATCH', path: '/api/integrations/:id', request: { params: IdParams, body: ChangeConnectionRequest }, success: ConnectAnswer },
  rotate: { method: 'POST', path: '/api/integrations/:id/rotate', request: { params: IdParams, body: RotateRequest }, success: ConnectAnswer },
  pause: { method: 'POST', path: '/api/integrations/:id/pause', request: { params: IdParams }, success: ConnectionAnswer },
  resume: { method: 'POST', path: '/api/integrations/:id/resume', request: { params: IdParams }, success: ConnectionAnswer },
  look: { method: 'POST', path: '/api/integrations/:id/look', request: { params: IdParams }, success: LookAnswer },
  askLeave: { method: 'POST', path: '/api/integrations/:id/leave', request: { params: IdParams, body: LeaveRequest }, success: LeaveAnswer },
  leaveGiven: { method: 'POST', path: '/api/integrations/leave/given', request: { body: LeaveGivenRequest }, success: ConnectionAnswer },
  importPreview: { method: 'POST', path: '/api/integrations/:id/imports/preview', request: { params: IdParams, body: ImportPreviewRequest }, success: ImportPreview },
  importRows: { method: 'POST', path: '/api/integrations/:id/imports', request: { params: IdParams, body: ImportRequest }, success: ImportAnswer },
} as const;
