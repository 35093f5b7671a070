import { EVENT_TYPE_NAMES, type EventType } from '../../contract/events.ts';
import { canonicalOf, VOCABULARY } from '../../contract/vocabulary.ts';

/** Names of facts, ours and older ones, as triggers of the bridge. Points, blanks and hyphens count as underscores. */

type Meaning = { readonly trigger: string } | { readonly why: string };

const OWN: readonly [test: RegExp, why: string][] = [
  [/\.erased$/, 'Somebody is forgotten here by a person, never from outside.'],
  [/^alert\./, 'Alerts are raised here, by the rules of the house.'],
  [/^runsheet\./, 'The run sheet is kept here.'],
  [/^(resource|allocation|limit|rules)\./, 'What the house has, what takes its time, what may not be together and what it may not pass is kept here.'],
  [/^conflict\./, 'Double bookings are found here.'],
  [/^(calendar\.(found|changed|removed)$|push\.|difference\.)/, 'Which calendars are written, and how that fares, is known here.'],
  [/^weather\./, 'Weather comes from the weather services.'],
  [/^(review|connection)\./, 'How connections and deliveries fare is known here.'],
];

/** Names that stand for several facts: the one trigger that can carry them. */
const CHOSEN: Readonly<Record<string, string>> = {
  'wedme.client.invited': 'client_invited',
  'wedme.vendor.signup': 'vendor_signed_up',
  wedding_timeline_update: 'wedding_updated',
  wedding_coordination: 'wedding_updated',
  guest_list_update: 'wedding_updated',
  vendor_status_change: 'booking_updated',
  payment_status_change: 'payment_updated',
  communication_sent: 'message_sent',
  client_notification: 'message_sent',
  'message.updated': 'message_sent',
};

const plain = (name: string): string => name.toLowerCase().replaceAll(/[.\s-]+/g, '_');

function meaningOf(name: string): Meaning {
  const chosen = CHOSEN[name];
  if (chosen !== undefined) return { trigger: chosen };
  const { types, why } = canonicalOf(name) ?? { types: [] as readonly EventType[], why: null };
  const [first] = types;
  if (first === undefined) return { why: why ?? 'There is no such fact here.' };
  const own = OWN.find(([test]) => test.test(first));
  return own ? { why: own[1] } : { trigger: plain(first) };
}

const KNOWN: ReadonlyMap<string, Meaning> = new Map([
  ...[...EVENT_TYPE_NAMES, ...Object.keys(VOCABULARY)].map((name) => [plain(name), meaningOf(name)] as const),
  // An enquiry is a booking that is still a lead; the catalogue has no word of its own for it.
  ['lead_created', { trigger: 'lead_created' }] as const,
]);

/** Null = a name that nobody knows. */
export const resolveName = (name: string): Meaning | null => KNOWN.get(plain(name)) ?? null;
