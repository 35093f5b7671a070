import { z } from 'zod';
import { ANSWERS } from '../contract/record/calendars.ts';
import { TRADES } from '../contract/record/trade.ts';
import { err, ok, type Result } from '../contract/result.ts';
import type { Change, WeddingClue } from '../domain/record/changes.ts';
import { calendarRemote, isWrittenByUs } from './calendarOrigin.ts';
import { emailAddress, instantOfText, known, objectAt, ownId, shortText } from './fields.ts';
import { boundedId } from './ids.ts';
import type { ManifestField } from './manifest.ts';
import { parseJsonObject } from './signatures.ts';
import { TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from './settings.ts';
import type { FeedPart, Normalised, NormaliseError, StoredDelivery } from './vendor.ts';
import { dayOf, knownZone } from './wallTime.ts';

/** Calendar feeds: the host fetches, parses and expands them; here an entry becomes a fact. Several folders read alike. */

type Trade = (typeof TRADES)[number];
type Means = 'events' | 'bookings';

export interface FeedOptions {
  /** What an entry is where the connection does not say: an entry of a calendar, or the vendor's booking. */
  readonly means: Means;
  /** The vendor's trade where the connection does not say. */
  readonly trade?: Trade;
  /** What mappings call their objects; `feed_entry` and `feed_booking` where it is left out. */
  readonly types?: { readonly entry: string; readonly booking: string };
  /** Entries that are no facts, e.g. a vendor's own holidays; says why, null = it counts. */
  readonly ignore?: (entry: { readonly title: string | null; readonly description: string | null }) => string | null;
}

const Entry = z.object({
  /** What the entry lies in, where that has a name of its own: two of them may hold the same UID. */
  href: z.string().min(1).optional(),
  uid: z.string().min(1),
  recurrenceId: z.string().nullable(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  place: z.string().nullable(),
  startsAt: z.string(),
  endsAt: z.string(),
  allDay: z.boolean(),
  zone: z.string().nullable(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']),
  busy: z.boolean(),
  calendar: z.string().nullable(),
  calendarRef: z.string().nullish(),
  ourId: z.string().optional(),
  answers: z.array(z.object({ who: z.string(), said: z.enum(ANSWERS).nullable() })).optional(),
  changedAt: z.string().optional(),
  gone: z.boolean(),
});
type Entry = z.infer<typeof Entry>;

const BOOKING_STATUS = { confirmed: 'definite', tentative: 'hold', cancelled: 'cancelled' } as const;

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });

const STANDARD_TYPES = { entry: 'feed_entry', booking: 'feed_booking' } as const;

function remoteId({ href, uid, recurrenceId }: Entry): string {
  const id = boundedId(href ?? uid);
  return recurrenceId === null ? id : `${id}#${shortText(recurrenceId, 60) ?? ''}`;
}

/** Begins only where a word does: at each letter of a long one it would be looked through to its end again. */
const ADDRESSES = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/** Many vendors put their client into the entry's text: an address that stands there alone is a clue, two are none. */
function clueOf(entry: Entry, day: string): WeddingClue {
  const found = `${entry.title ?? ''} ${entry.description ?? ''}`.match(ADDRESSES) ?? [];
  const addresses = new Set(found.map(emailAddress).filter((address) => address !== null));
  const [only] = addresses;
  return { email: addresses.size === 1 && only !== undefined ? only : null, date: day };
}

function readEntry(delivery: StoredDelivery): Result<{ entry: Entry; startsAt: string; endsAt: string }, NormaliseError> {
  let json: unknown;
  try {
    json = JSON.parse(delivery.bodyText);
  } catch {
    // The reason would quote the entry; that it is no JSON says enough.
    return shapeUnknown('The stored entry is not JSON.');
  }
  const parsed = Entry.safeParse(json);
  if (!parsed.success)
    return shapeUnknown(
      `The entry has an unknown shape: ${parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole entry').join(', ')}.`,
    );
  const [startsAt, endsAt] = [instantOfText(parsed.data.startsAt), instantOfText(parsed.data.endsAt)];
  if (startsAt === null || endsAt === null) return shapeUnknown('The entry has no start or end that exists.');
  if (endsAt < startsAt) return shapeUnknown('The entry ends before it starts.');
  return ok({ entry: parsed.data, startsAt, endsAt });
}

const tradeOf = (settings: StoredDelivery['settings'], fallback: Trade): Trade => TRADES.find((trade) => trade === settings['trade']) ?? fallback;

function meaningOf(delivery: StoredDelivery, options: FeedOptions): Result<Normalised, NormaliseError> {
  const read = readEntry(delivery);
  if (!read.ok) return read;
  const { entry, startsAt, endsAt } = read.value;
  const why = options.ignore?.(entry) ?? null;
  if (why !== null) return ok({ kind: 'ignored', why });
  const { settings } = delivery;
  const zone = knownZone(entry.zone) ?? knownZone(settings['zone']);
  const title = shortText(entry.title);
  const place = shortText(entry.place);
  const base = { wedding: clueOf(entry, dayOf(startsAt, zone)), occurredAt: null };
  const id = remoteId(entry);
  const types = options.types ?? STANDARD_TYPES;

  const ourId = ownId(entry.ourId);
  // What we have written into a calendar is no booking that somebody else takes.
  const ours = ourId !== null || isWrittenByUs(entry.href);
  if (!ours && (settings['feedMeans'] || options.means) === 'bookings') {
    const vendorName = shortText(settings['vendorName']);
    const status = entry.gone ? 'cancelled' : BOOKING_STATUS[entry.status];
    const fields = {
      trade: tradeOf(settings, options.trade ?? 'other'),
      status,
      startsAt,
      endsAt,
      ...known({ title: title ?? vendorName, vendorName, place }),
    } as const;
    return changes([{ kind: 'booking', remote: { type: types.booking, id, version: null }, ...base, fields }]);
  }
  // An entry is told whole: without a place it has none any more.
  const fields = {
    startsAt,
    endsAt,
    allDay: entry.allDay,
    status: entry.status,
    busy: entry.busy,
    zone,
    place,
    ...known({ title, calendar: shortText(entry.calendar) }),
  };
  const more = { ...(entry.gone ? { deleted: true } : {}), ...(ourId === null ? {} : ofOurs(ourId, entry)), ...calendarRemote(entry.calendarRef) };
  return changes([{ kind: 'calendarEvent', remote: { type: types.entry, id, version: null }, ...base, fields, ...more }]);
}

type Ours = Pick<Extract<Change, { kind: 'calendarEvent' }>, 'ourId' | 'answers' | 'changedThere'>;
/** What is gone says nothing of whom it had invited. */
function ofOurs(ourId: string, { gone, answers = [], changedAt }: Entry): Ours {
  const at = instantOfText(changedAt);
  return { ourId, ...(gone ? {} : { answers }), ...(at === null ? {} : { changedThere: at }) };
}

const changes = (list: readonly Change[]): Result<Normalised, NormaliseError> => ok({ kind: 'changes', changes: list });

/** An entry that is there and cannot be used, with why: nothing is made of it, and a person sees it. */
function unreadable({ bodyText }: StoredDelivery): Result<never, NormaliseError> {
  const body = parseJsonObject(bodyText);
  const problem = shortText(objectAt({ body: body.ok ? body.value : null }, 'body')['problem'], 200) ?? 'no reason was kept';
  return shapeUnknown(`The entry cannot be used: ${problem}.`);
}

/** The feed of a vendor's folder: deliveries are {@link FeedEntry} as JSON, one per entry that is new, changed or gone. */
export function feedPart(options: FeedOptions): FeedPart {
  return { normalise: (delivery) => (delivery.vendorEvent === 'unreadable' ? unreadable(delivery) : meaningOf(delivery, options)) };
}

/** `trade` and `vendorName`, as connections of a vendor ask for them. */
export function vendorFields(trade: Trade): readonly ManifestField[] {
  return [{ ...TRADE_FIELD, initial: trade }, VENDOR_NAME_FIELD];
}

/** What a connection by feed asks for. Spread into the manifest's fields; a field of the same key must not stand there twice. */
export function feedFields(options: FeedOptions): readonly ManifestField[] {
  const feed: readonly ManifestField[] = [
    {
      key: 'feedUrl',
      label: 'Address of the feed',
      help: 'Begins with https:// or webcal://. Whoever knows it can read the calendar: it is kept like a password.',
      sensitive: true,
      required: true,
      input: 'url',
      paths: ['feed'],
    },
  ];
  return [...feed, ...meaningFields(options, 'feed')];
}

/** What the entries of a calendar are: asked for by whoever reads one, by feed or otherwise. */
export function meaningFields({ means, trade = 'other' }: FeedOptions, path: 'feed' | 'native'): readonly ManifestField[] {
  return [
    {
      key: 'feedMeans',
      label: 'Entries are',
      help: 'Bookings are shown with their wedding and raise alerts when they move; calendar entries only fill the calendar.',
      sensitive: false,
      required: false,
      input: 'choice',
      choices: [
        { value: 'events', label: 'Calendar entries' },
        { value: 'bookings', label: 'Bookings' },
      ],
      initial: means,
      paths: [path],
    },
    { ...ZONE_FIELD, help: 'For entries that name none, e.g. whole days.', paths: [path] },
    ...vendorFields(trade),
  ];
}
