import type { Booking } from '../contract/record/trade.ts';
import { FORWARDING_PROVIDERS } from '../domain/intake/forwarding.ts';
import type { Trigger } from './bridge.ts';
import { DATE_ORDERS } from './dates.ts';
import { feedFields, vendorFields, type FeedOptions } from './feeds.ts';
import type { Guide, IntegrationPath, ManifestField, VendorManifest } from './manifest.ts';

/** What connections to systems without an API for outsiders ask for. */

const BRIDGE_FIELDS: readonly ManifestField[] = [
  {
    key: 'bearerToken',
    label: 'Bearer token',
    help: 'Goes into the Authorization header of your Zap or scenario, after Bearer.',
    sensitive: true,
    required: true,
    proves: 'only',
    input: 'generated',
    paths: ['bridge'],
  },
  {
    key: 'bearerTokenPrevious',
    label: 'Previous bearer token',
    help: 'Only while you change the token in your Zaps: both are accepted until you clear this field.',
    sensitive: true,
    required: false,
    proves: 'only',
    paths: ['bridge'],
  },
  {
    key: 'acceptWithoutBearer',
    label: 'Accept calls without the token',
    help: 'Only for a tool that cannot set headers: then the address alone is the proof, and whoever learns it can send facts. A wrong ' +
      'token is refused all the same.',
    sensitive: false,
    required: false,
    input: 'choice',
    choices: [
      { value: 'no', label: 'No' },
      { value: 'yes', label: 'Yes, the address is enough' },
    ],
    initial: 'no',
    paths: ['bridge'],
  },
];

const ORDER_WORDS = { day_first: 'Day first: 31/12/2026', month_first: 'Month first: 12/31/2026' } as const;

const field = {
  dateOrder: {
    key: 'dateOrder',
    label: 'Dates are written',
    help: 'A date such as 03/04/2026 is two days: without this it is set aside for you to decide.',
    sensitive: false,
    required: false,
    input: 'choice',
    choices: DATE_ORDERS.map((value) => ({ value, label: ORDER_WORDS[value] })),
  },
  zone: { key: 'zone', label: 'Time zone', help: 'For times that name none.', sensitive: false, required: false, input: 'zone' },
  currency: {
    key: 'currency',
    label: 'Currency',
    help: 'For amounts that name none, e.g. GBP.',
    sensitive: false,
    required: false,
    input: 'currency',
  },
} as const satisfies Record<string, ManifestField>;

interface Recipe {
  readonly paths: readonly IntegrationPath[];
  /** What the people do who use this system. */
  readonly trade: Booking['trade'];
  readonly feed?: FeedOptions;
}

const only = (paths: readonly IntegrationPath[], of: readonly IntegrationPath[]): IntegrationPath[] => paths.filter((path) => of.includes(path));

/** The fields of a manifest, each only on the paths that read it. */
export function recipeFields({ paths, trade, feed }: Recipe): ManifestField[] {
  const has = (path: IntegrationPath) => paths.includes(path);
  // Owner and zone are asked for once, whatever brought them.
  const ofFeed = feed && has('feed') ? feedFields(feed).filter((each) => each.key.startsWith('feed')) : [];
  const written = only(paths, ['bridge', 'file', 'mail']);
  const priced = only(paths, ['bridge', 'file']);
  const timed = only(paths, ['bridge', 'file', 'feed']);
  return [
    ...(has('bridge') ? BRIDGE_FIELDS : []),
    ...ofFeed,
    ...vendorFields(trade),
    ...(timed.length > 0 ? [{ ...field.zone, paths: timed }] : []),
    ...(written.length > 0 ? [{ ...field.dateOrder, choices: [...field.dateOrder.choices], paths: written }] : []),
    ...(priced.length > 0 ? [{ ...field.currency, paths: priced }] : []),
  ];
}

/**
 * Of a Zap, a row, an entry or a mail: who somebody is, where they are, and whatever was written in free words. Ids, days, money
 * and states stay to be seen, since they are what a person looks for in a delivery. The conformance suite holds every field against this.
 */
export const PERSONAL: readonly string[] = [
  // Zaps and scenarios (bridgeFields.ts).
  ...['client_name', 'client_first_name', 'client_last_name', 'client_email', 'client_phone', 'client_company'],
  ...['project_name', 'project_location', 'venue', 'notes', 'payment_name', 'meeting_title', 'meeting_location', 'document_title', 'document_url'],
  ...['message_from', 'message_to', 'message_subject', 'message_text', 'vendor_name'],
  // Rows of files (fileColumns.ts), entries of calendars, mails.
  ...['name', 'first_name', 'last_name', 'email', 'phone', 'company', 'title', 'place', 'description'],
  ...['from', 'from_name', 'subject', 'text', 'original'],
];

/** What all these manifests have in common. */
export const WITHOUT_API = { oauth: null, masks: [...PERSONAL], limits: { perSecond: null, atOnce: null } } satisfies Partial<VendorManifest>;

/** Flags as they follow from the ways that a recipe has. */
export const capabilitiesOf = (paths: readonly IntegrationPath[]): VendorManifest['capabilities'] => ({
  webhook: paths.includes('bridge'),
  reread: false,
  poll: false,
  file: paths.includes('file'),
  feed: paths.includes('feed'),
  mail: paths.includes('mail'),
  test: false,
  push: false,
});

/** Triggers for a system whose own are not known: whatever hears of the fact, a form, a sheet or the system itself, sends one of these. */
export const ANY_TRIGGERS: readonly Trigger[] = [
  { trigger: 'lead_created', label: 'Whatever hears of a new lead', instant: false, kind: 'lead' },
  { trigger: 'booking_created', label: 'Whatever hears of a new booking or order', instant: false, kind: 'booking' },
  { trigger: 'booking_updated', label: 'Whatever hears of a change or a new stage', instant: false, kind: 'stage', required: ['project_id'] },
  {
    trigger: 'booking_cancelled',
    label: 'Whatever hears of a cancellation',
    instant: false,
    kind: 'booking',
    required: ['project_id'],
    gives: { project_status: 'cancelled' },
  },
  { trigger: 'payment_completed', label: 'Whatever hears of a payment', instant: false, kind: 'payment', gives: { payment_status: 'paid' } },
];

/** Steps for a file that a person exports and brings. */
export const fileGuide = (brings: string, exported: readonly string[]): Guide => ({
  path: 'file',
  brings,
  steps: [
    ...exported,
    'Set in this connection how dates are written, the time zone and the currency.',
    'Choose the file here. Check which column is what.',
    'Look at the preview: lines that cannot be read say why. Then bring the file in. The same line twice changes nothing.',
  ],
});

/** Steps for a calendar feed. */
export const feedGuide = (brings: string, published: readonly string[]): Guide => ({
  path: 'feed',
  brings,
  steps: [
    ...published,
    'Paste the address into "Address of the feed". Treat it like a password.',
    'Choose whether its entries are calendar entries or bookings.',
    'Look at this connection after a quarter of an hour: the first entries are there.',
  ],
});

/** Steps for mails that a rule of the mailbox passes on unchanged. */
export const mailGuide = (brings: string, domains: readonly string[]): Guide => ({
  path: 'mail',
  brings,
  steps: [
    'Copy this address: {mailAddress}',
    'Where the system lets you name one more address for its notifications, enter it there: that is all.',
    `Otherwise make a rule in the mailbox that gets them: everything from ${domains.join(' or ')} is redirected to that address, unchanged.`,
    'Do not forward by hand: that breaks the signature of the sender, and the mail is not believed.',
    `${FORWARDING_PROVIDERS.join(' and ')} first asks the address whether it may forward: its code and link then stand here, at this connection, and you ` +
      'confirm it over there. The question of any other provider is not known here: use a mailbox that redirects without asking.',
    'Wait for the next mail, or send yourself a test enquiry.',
  ],
});
