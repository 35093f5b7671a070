import { ROLES, type Role } from '../../contract/access.ts';
import type { ACCOUNT_OPEN_HTTP } from '../../contract/accounts.ts';
import type { CommandType } from '../../contract/commands.ts';
import type { FOUNDING_HTTP } from '../../contract/founding.ts';
import type { HTTP } from '../../contract/http.ts';
import type { PLATFORM_HTTP } from '../../contract/platform.ts';
import type { CollectionName, RowOf } from '../../contract/record.ts';

/**
 * Who may do what, as data. An endpoint, a command or a collection that is missing here does not compile; what is not
 * listed for a role is refused.
 */

export type EndpointName = keyof typeof HTTP;
/** Opened by something else than a role: a one-use ticket, a founding token, a session, an invitation, a pairing code, the platform's own account. */
export type OpenEndpoint = 'enrol' | keyof typeof FOUNDING_HTTP | keyof typeof ACCOUNT_OPEN_HTTP | keyof typeof PLATFORM_HTTP;
/** A stream room: the whole organisation, one wedding by name, or a bound device's own slice. */
export const ROOM_KINDS = ['organisation', 'wedding', 'own'] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];

const HOUSE = ['owner', 'coordinator', 'staff'] as const satisfies readonly Role[];
const MANAGERS = ['owner', 'coordinator'] as const satisfies readonly Role[];
const OWNERS = ['owner'] as const satisfies readonly Role[];
const NOBODY = [] as const satisfies readonly Role[];

/** Endpoints for people. Those of {@link OpenEndpoint} are not here: they come before there is a role. */
export const ENDPOINTS = {
  me: ROLES,
  tickets: MANAGERS,
  devices: MANAGERS,
  revoke: MANAGERS,
  integrations: HOUSE,
  deliveries: HOUSE,
  history: HOUSE,
  record: HOUSE,
  commands: HOUSE,
  // Always in the name of the device's own account: nobody lets in more than himself.
  lookAtPairing: HOUSE,
  approvePairing: HOUSE,
  denyPairing: HOUSE,
  people: MANAGERS,
  invite: MANAGERS,
  revokeInvitation: MANAGERS,
  setRole: MANAGERS,
  removeMember: MANAGERS,
  resetLink: OWNERS,
  signOn: OWNERS,
  setSignOn: OWNERS,
  removeSignOn: OWNERS,
  personalData: MANAGERS,
  erasePreview: OWNERS,
  erase: OWNERS,
  readers: OWNERS,
  retention: OWNERS,
  setRetention: OWNERS,
  systems: HOUSE,
  system: HOUSE,
  setup: HOUSE,
  tryOut: MANAGERS,
  connect: MANAGERS,
  changeConnection: MANAGERS,
  rotate: MANAGERS,
  pause: MANAGERS,
  resume: MANAGERS,
  removal: MANAGERS,
  removeConnection: MANAGERS,
  look: MANAGERS,
  askLeave: MANAGERS,
  leaveGiven: MANAGERS,
  importPreview: MANAGERS,
  importRows: MANAGERS,
  searchDeliveries: HOUSE,
  delivery: HOUSE,
  refusals: HOUSE,
  replays: HOUSE,
  replayState: HOUSE,
  previewReplay: MANAGERS,
  beginDryRun: MANAGERS,
  dryRun: MANAGERS,
  cancelDryRun: MANAGERS,
  replay: MANAGERS,
  cancelReplay: MANAGERS,
  testEvent: MANAGERS,
  figures: HOUSE,
  connectionFigures: HOUSE,
  weddingStatus: HOUSE,
  connectionStatus: HOUSE,
  syncWedding: MANAGERS,
  syncCalendars: MANAGERS,
  syncTimeline: MANAGERS,
  calendarConflicts: HOUSE,
  syncConnections: MANAGERS,
  syncCrm: MANAGERS,
  feeds: MANAGERS,
  makeFeed: MANAGERS,
  revokeFeed: MANAGERS,
  enquiryPage: MANAGERS,
  saveEnquiryPage: MANAGERS,
  replaceEnquiryAddress: MANAGERS,
  // Of one's own keychain only: each turn belongs to one device.
  deskTurns: HOUSE,
  deskAnswer: HOUSE,
  deskMarks: HOUSE,
  deskMark: HOUSE,
  deskTrial: MANAGERS,
} as const satisfies Readonly<Record<Exclude<EndpointName, OpenEndpoint>, readonly Role[]>>;

export const COMMANDS = {
  'alert.acknowledge': HOUSE,
  'runsheet.item.set_status': HOUSE,
  'connection.pause': MANAGERS,
  'connection.resume': MANAGERS,
  'review.release': MANAGERS,
  'review.discard': MANAGERS,
  'review.assign': MANAGERS,
  'conflict.override': MANAGERS,
  'resource.save': MANAGERS,
  'allocation.save': MANAGERS,
  'limit.save': MANAGERS,
  'rules.save': MANAGERS,
  'booking.set_status': MANAGERS,
  'booking.bring_back': MANAGERS,
  'plan.carry_out': MANAGERS,
  'wedding.let_follow': MANAGERS,
  'calendar.save': MANAGERS,
  'push.retry': MANAGERS,
  'difference.settle': MANAGERS,
} as const satisfies Readonly<Record<CommandType, readonly Role[]>>;

export const ROOMS = {
  organisation: [...HOUSE, 'partner'],
  wedding: [...HOUSE, 'vendor', 'couple', 'partner'],
  own: ['vendor', 'couple', 'partner'],
} as const satisfies Readonly<Record<RoomKind, readonly Role[]>>;

/** What may be said and heard on the stream besides the record: who of the house is where. */
export const STREAM_RIGHTS = {
  presence: HOUSE,
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type StreamRight = keyof typeof STREAM_RIGHTS;

/** For which role a ticket may be made, by whom: never above the maker's own. A platform admin is made by no venue. */
export const TICKETS = {
  owner: ['owner'],
  coordinator: MANAGERS,
  staff: MANAGERS,
  vendor: MANAGERS,
  couple: MANAGERS,
  partner: MANAGERS,
  platform_admin: NOBODY,
} as const satisfies Readonly<Record<Role, readonly Role[]>>;

/** Whose device may be revoked by whom; the same order of standing as for tickets. */
export const REVOCATIONS = { ...TICKETS, platform_admin: ['owner'] } as const satisfies Readonly<Record<Role, readonly Role[]>>;

/** Fields that can be blacked out: those where null is a value. */
type Blackable<C extends CollectionName> = { [K in keyof RowOf<C>]-?: null extends RowOf<C>[K] ? K : never }[keyof RowOf<C>] & string;

export interface RowRule<C extends CollectionName> {
  /** `any` = every row within the device's wedding (all rows, when it is bound to none); `own` = see {@link OWN_WORDS}. */
  readonly rows: 'none' | 'own' | 'any';
  /** Told as null. */
  readonly hidden: readonly Blackable<C>[];
  /** Told as null on rows that are not the holder's own. */
  readonly hiddenOfOthers: readonly Blackable<C>[];
}

type RoleRows = { readonly [C in CollectionName]: RowRule<C> };

const NONE = { rows: 'none', hidden: [], hiddenOfOthers: [] } as const;
const WHOLE = { rows: 'any', hidden: [], hiddenOfOthers: [] } as const;
/** Where a row came from is the venue's affair. */
const ANY = { rows: 'any', hidden: ['source'], hiddenOfOthers: [] } as const;
const OWN = { rows: 'own', hidden: ['source'], hiddenOfOthers: [] } as const;
/** People of the same wedding know each other by name; a number or address is for its owner to give. */
const NAMES = { rows: 'any', hidden: ['source', 'consents'], hiddenOfOthers: ['email', 'phone'] } as const;

const EVERYTHING: RoleRows = { weddings: WHOLE, contacts: WHOLE, bookings: WHOLE, payments: WHOLE, runSheetItems: WHOLE, messages: WHOLE, documents: WHOLE, calendarEvents: WHOLE, weatherNotices: WHOLE, resources: WHOLE, allocations: WHOLE, limits: WHOLE, houseRules: WHOLE, conflicts: WHOLE, calendars: WHOLE, pushes: WHOLE, differences: WHOLE, alerts: WHOLE, reviewItems: WHOLE, connections: WHOLE };
const NOTHING: RoleRows = { weddings: NONE, contacts: NONE, bookings: NONE, payments: NONE, runSheetItems: NONE, messages: NONE, documents: NONE, calendarEvents: NONE, weatherNotices: NONE, resources: NONE, allocations: NONE, limits: NONE, houseRules: NONE, conflicts: NONE, calendars: NONE, pushes: NONE, differences: NONE, alerts: NONE, reviewItems: NONE, connections: NONE };

export const ROWS: { readonly [R in Role]: RoleRows } = {
  owner: EVERYTHING,
  coordinator: EVERYTHING,
  staff: EVERYTHING,
  vendor: { ...NOTHING, weddings: ANY, runSheetItems: ANY, weatherNotices: ANY, documents: OWN, contacts: NAMES, bookings: OWN, payments: OWN, alerts: { rows: 'own', hidden: ['source', 'acknowledgedBy'], hiddenOfOthers: [] } },
  // What the venue pays a vendor is between those two.
  couple: { ...NOTHING, weddings: ANY, runSheetItems: ANY, weatherNotices: ANY, contacts: NAMES, bookings: { rows: 'any', hidden: ['source', 'amountMinor', 'currency', 'lines'], hiddenOfOthers: [] }, payments: ANY },
  partner: { ...NOTHING, weddings: ANY, runSheetItems: ANY, weatherNotices: ANY },
  platform_admin: NOTHING,
};

/** What `own` means, in words; `rows.ts` decides it. */
export const OWN_WORDS: Readonly<Partial<Record<Role, Readonly<Partial<Record<CollectionName, string>>>>>> = {
  vendor: {
    contacts: 'its own entry',
    bookings: 'bookings of its contact',
    payments: 'payments of its bookings',
    documents: 'papers of its bookings',
    alerts: 'changed guest counts, and what befell its own bookings',
  },
  couple: { contacts: 'the two themselves' },
};

/** Roles that make no sense without a wedding. */
export const BOUND_ROLES: readonly Role[] = ['vendor', 'couple'];
