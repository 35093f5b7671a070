import { z } from 'zod';
import { Id, Instant, ShortText, Zone } from './primitives.ts';
import { Connection } from './record/connections.ts';

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

/** What an entry in a system's calendars may lack. */
export const CALENDAR_LACKS = ['runSheets', 'reminders', 'invitations', 'category'] as const;
export type CalendarLack = (typeof CALENDAR_LACKS)[number];

export const SystemField = z.object({
  key: z.string(),
  label: z.string(),
  help: z.string(),
  sensitive: z.boolean(),
  required: z.boolean(),
  input: z.enum(['text', 'url', 'email', 'number', 'zone', 'currency', 'choice', 'domain', 'generated']),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  /** Asked for on these paths; empty = on all. */
  paths: z.array(Path),
  initial: z.string(),
  /** The vendor tells it only for a known address: with `secretsLater` it may follow. */
  later: z.boolean(),
  /** It proves what comes in, so the server holds it wherever the other secrets are kept. */
  proof: z.boolean(),
});
export type SystemField = z.infer<typeof SystemField>;

/** `GET /api/systems/:system`: what the connect form needs. */
export const SystemFace = SystemSummary.extend({
  fields: z.array(SystemField),
  /** The venue gives leave over there in its own browser. */
  oauth: z.boolean(),
  /** The name by which a desktop is come back to; left out = 127.0.0.1. */
  loopback: z.literal('localhost').optional(),
  /** Why its key cannot be kept on a desktop; null = it can, on the native way. */
  unkeepable: z.enum(['no_calls', 'leave', 'both']).nullable(),
  guides: z.array(z.object({ path: Path, brings: z.string(), steps: z.array(z.string()) })),
  triggers: z.array(z.object({ trigger: z.string(), label: z.string(), instant: z.boolean(), required: z.array(z.string()), optional: z.array(z.string()) })),
  columns: z.array(z.object({ key: z.string(), label: z.string(), required: z.boolean() })),
  /** What an entry in its calendars cannot have; left out = nothing is lacking, or nothing is written there. */
  calendarLacks: z.array(z.enum(CALENDAR_LACKS)).optional(),
  /** What does not come over, one sentence each. */
  missing: z.array(z.string()),
  sources: z.array(z.string()),
});
export type SystemFace = z.infer<typeof SystemFace>;

/** Values by the fields' keys. */
const Values = z.record(z.string().regex(/^[a-z][a-zA-Z0-9]{0,59}$/), z.string().max(8_000));

/** Names of secrets. */
const KeptNames = z.array(z.string().max(60)).min(1).max(20);

/** What trying it out has shown. */
export const TestReport = z.object({ account: z.string().nullable(), details: z.array(z.string()) });
export type TestReport = z.infer<typeof TestReport>;

/** Calls a minute that one user may make, by all devices together, to connect, try out, change, rotate, pause, resume, remove, look now, replay, cancel, ask for leave or take files in; more are answered 429 with `Retry-After`. */
export const MANAGING_PER_MINUTE = 5;

/** `POST /api/integrations/vendor/test`: nothing is kept. */
export const TryRequest = z.strictObject({ system: z.string().max(60), path: ConnectPath, settings: Values, secrets: Values });
export const TryAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('worked'), report: TestReport }),
  /** `retryable`: they are away; otherwise something that was entered is wrong. */
  z.object({
    outcome: z.literal('failed'), code: z.string(), message: z.string(), retryable: z.boolean(),
    /** Key of the entered field that it is about, where that is known. */
    field: z.string().optional(),
  }),
  /** There is nothing that could be called: the first delivery will show. */
  z.object({ outcome: z.literal('untestable') }),
]);
export type TryAnswer = z.infer<typeof TryAnswer>;

/**
 * Who keeps the secrets of the calls. `here` = it listens for calls; `away` since = the calls wait for it; `withdrawn` = that
 * device is let in no more, and the key has to be entered again somewhere.
 */
export const Keeper = z.object({
  deviceId: Id,
  name: z.string(),
  /** The device that asks. */
  self: z.boolean(),
  state: z.enum(['here', 'away', 'withdrawn']),
  since: Instant.nullable(),
  fence: z.int(),
  /** Names of the secrets that it keeps. */
  keys: z.array(z.string()),
});
export type Keeper = z.infer<typeof Keeper>;

/** A mail provider asks whether a mailbox may forward its mails here: its person types the code over there, or opens the link. */
export const Forwarding = z.object({
  /** As people call it. */
  provider: z.string().max(60),
  /** The mailbox that is to forward; null where the mail does not say it. */
  mailbox: z.string().max(320).nullable(),
  code: z.string().max(20).nullable(),
  /** At the provider's own host, always https. */
  link: z.url({ protocol: /^https$/ }).max(2_000).nullable(),
  receivedAt: Instant,
  expiresAt: Instant,
});
export type Forwarding = z.infer<typeof Forwarding>;

/** Whether a calendar over there tells of its changes at once. */
export const CalendarChannel = z.object({
  calendarId: Id,
  /** `open`: it tells. `opening`: it is being asked to, and has been looked at until now. */
  state: z.enum(['open', 'opening']),
  /** When it ends unless it is renewed, which is done long before; null = it was never open. */
  until: Instant.nullable(),
  /** Error code of the last attempt to open or renew it; null = nothing is the matter. */
  reason: z.string().nullable(),
  /** When that is tried again; null = nothing is the matter. */
  againAt: Instant.nullable(),
});
export type CalendarChannel = z.infer<typeof CalendarChannel>;

/** What its person has to carry over there. Null = not on this path. */
export const Setup = z.object({
  connectionId: Id,
  webhookUrl: z.string().nullable(),
  /** Whether a vendor can call it: not without https, nor where it leads to this machine or a private network. Null = there is no `webhookUrl`. */
  reachable: z.boolean().nullable(),
  mailAddress: z.string().nullable(),
  /** Plain settings as they stand. */
  settings: z.record(z.string(), z.string()),
  /** Keys of secrets that are set; their values are never told. */
  secretsSet: z.array(z.string()),
  /** Keys of required fields that the vendor tells only for a known address and that are still to come; until then nothing that is delivered is believed. */
  missing: z.array(z.string()),
  /** Null = the server's vault. */
  keeper: Keeper.nullable(),
  /** OAuth: whether leave was given, and until when the access lasts. */
  leave: z
    .object({
      given: z.boolean(),
      until: Instant.nullable(),
      ended: z.boolean(),
      /** Error code of the last answer that gave none, until leave is asked for again; null = there was none. */
      refused: z.string().nullable(),
    })
    .nullable(),
  /** A mailbox that asks whether it may forward to the connection's mail address; null = none does, or it asked too long ago. */
  forwarding: Forwarding.nullable(),
  /**
   * How soon its calendars tell of changes, one entry for each that was asked to. `callable` false = its vendor cannot call this
   * server, which has no https address of the public internet, so that looks are all there is. Left out = its system never tells.
   */
  channels: z.object({ callable: z.boolean(), calendars: z.array(CalendarChannel) }).optional(),
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
  /**
   * Names of secrets that the desktop which asks keeps in its own keychain; it has tried them out itself. Only those that
   * calls use, and only where the system is keepable.
   */
  keptHere: KeptNames.optional(),
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

/**
 * `PATCH /api/integrations/:id`: only what is given changes; ids, address and history stay. An empty secret is cleared.
 * `keptHere` = the desktop that asks keeps these from now on; a secret of the same kind in `secrets` moves all of them into the vault.
 */
export const ChangeConnectionRequest = z.strictObject({ name: ShortText.min(1).optional(), settings: Values.optional(), secrets: Values.optional(), keptHere: KeptNames.optional(), evenIfUntested: z.boolean().optional() });
export type ChangeConnectionRequest = z.infer<typeof ChangeConnectionRequest>;

/** `POST /api/integrations/:id/rotate`: a new made-up secret; the one before stays valid as the previous one. */
export const RotateRequest = z.strictObject({ key: z.string().max(60) });

/** `POST /api/integrations/:id/pause` and `/resume`: what comes meanwhile is kept and worked on afterwards. */
export const ConnectionAnswer = z.object({ connection: Connection });

/** `GET /api/integrations/:id/removal`: what removing a connection would delete, and what would stay. Nothing is changed. */
export const Removal = z.object({
  connectionId: Id,
  /** Addresses that would take nothing any more. */
  addresses: z.array(z.enum(['webhook', 'mail'])),
  /** Secrets that would be deleted, those in a keychain counted. */
  secrets: z.int(),
  /** The computer that keeps the key; null = the server's vault does. */
  keptBy: ShortText.nullable(),
  /** Its source is called, which would end. */
  called: z.boolean(),
  /** Rows that it has told of; they stay. */
  rows: z.int(),
  /** Entries of ours in its calendars; they stay there, and nobody follows them any more. */
  written: z.int(),
  /** Deliveries that are kept for as long as all are. */
  deliveries: z.int(),
  /** Facts without a wedding; they stay and wait for one. */
  parked: z.int(),
  /** Would be thrown away: not worked on yet, held, and set aside or given up. */
  unfinished: z.object({ waiting: z.int(), held: z.int(), refused: z.int() }),
  /**
   * Why some of this could not be looked up; what is above is then what is known without it. `connect.system_gone` = its system is not
   * installed any more or is broken; `secrets.unavailable` = its secrets do not open. It can be removed all the same. Left out = nothing.
   */
  untold: z.array(z.enum(['connect.system_gone', 'secrets.unavailable'])).optional(),
});
export type Removal = z.infer<typeof Removal>;

/**
 * `DELETE /api/integrations/:id`: for good. Without `unfinished` it is refused (`connect.unfinished`) as long as anything of it
 * is not worked on. Of one that is removed already the answer is the same again.
 */
export const RemoveQuery = z.strictObject({ unfinished: z.literal('throw_away').optional() });
export const RemovedAnswer = z.object({ connectionId: Id, removedAt: Instant });
export type RemovedAnswer = z.infer<typeof RemovedAnswer>;

/** `POST /api/integrations/:id/look`: looks at the source now. */
export const LookAnswer = z.object({ connectionId: Id, nextLookAt: Instant.nullable() });
export type LookAnswer = z.infer<typeof LookAnswer>;

/** `POST /api/integrations/:id/leave`: begins asking for leave; `redirectUri` is a loopback address of the desktop (by its number) or this server's own. */
export const LeaveRequest = z.strictObject({ redirectUri: z.url().max(500) });
/** How long an answer is waited for, in milliseconds: by the server, and by a desktop that listens for it. */
export const LEAVE_MS = 600_000;
export const DESKTOP_LEAVE_MS = 300_000;
export const LeaveAnswer = z.object({ authorizeUrl: z.url(), state: z.string(), expiresAt: Instant });
export type LeaveAnswer = z.infer<typeof LeaveAnswer>;
/** Where the desktop listens for the answer, if the port is free; some vendors want the address registered exactly. */
export const DESKTOP_LEAVE_PORT = 43_117;
export const DESKTOP_LEAVE_PATH = '/leave';
export const DESKTOP_LEAVE_ADDRESS = `http://127.0.0.1:${DESKTOP_LEAVE_PORT}${DESKTOP_LEAVE_PATH}`;
/** The same for a vendor that takes only this name. A desktop asks with the one above; the server writes this one in its place. */
export const DESKTOP_LEAVE_LOCALHOST = `http://localhost:${DESKTOP_LEAVE_PORT}${DESKTOP_LEAVE_PATH}`;
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
  removal: { method: 'GET', path: '/api/integrations/:id/removal', request: { params: IdParams }, success: Removal },
  removeConnection: { method: 'DELETE', path: '/api/integrations/:id', request: { params: IdParams, query: RemoveQuery }, success: RemovedAnswer },
  look: { method: 'POST', path: '/api/integrations/:id/look', request: { params: IdParams }, success: LookAnswer },
  askLeave: { method: 'POST', path: '/api/integrations/:id/leave', request: { params: IdParams, body: LeaveRequest }, success: LeaveAnswer },
  leaveGiven: { method: 'POST', path: '/api/integrations/leave/given', request: { body: LeaveGivenRequest }, success: ConnectionAnswer },
  importPreview: { method: 'POST', path: '/api/integrations/:id/imports/preview', request: { params: IdParams, body: ImportPreviewRequest }, success: ImportPreview },
  importRows: { method: 'POST', path: '/api/integrations/:id/imports', request: { params: IdParams, body: ImportRequest }, success: ImportAnswer },
} as const;
