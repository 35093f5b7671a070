import { err, ok, type Result } from '../contract/result.ts';
import type { Change, WeddingClue } from '../domain/record/changes.ts';
import { clockOf, dateOrderOf, instantOfWall, writtenDay, writtenInstant } from './dates.ts';
import { currencyCode, emailAddress, known, minorUnitsOfDecimal, shortText } from './fields.ts';
import { COLUMN_KEYS, labelOf, type ColumnKey, type FileMeans } from './fileColumns.ts';
import { fingerprint } from './fingerprint.ts';
import type { FilePart, NormaliseError, StoredDelivery } from './vendor.ts';
import { bookingStatus, paymentStatus, tradeOf, type BookingStatus } from './words.ts';

/** Rows of exports: bookings, contacts, payments or orders. A row that cannot be read in one way only is refused, with the column's name. */

export interface FileRecipe {
  readonly means: FileMeans;
  /** Status words of this system, beside the usual ones. */
  readonly statuses?: Readonly<Record<string, BookingStatus>>;
}

type Row = Readonly<Partial<Record<ColumnKey, string>>>;
type Settings = StoredDelivery['settings'];
type Read<T> = Result<T, NormaliseError>;

const LONGEST_ID = 300;
const refused = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const madeId = (...parts: readonly (string | number)[]): string => parts.join(':').slice(0, LONGEST_ID).toWellFormed();

/** Known columns with something in them, in one order whatever order the file has. */
function cleanRow(row: Readonly<Record<string, unknown>>): Row {
  const clean: Partial<Record<ColumnKey, string>> = {};
  for (const key of COLUMN_KEYS) {
    const text = shortText(row[key]);
    if (text !== null) clean[key] = text;
  }
  return clean;
}

const nameOf = (row: Row): string | null => row.name ?? shortText([row.first_name, row.last_name].filter(Boolean).join(' '));

/** Null = the column is empty. */
function dayIn(row: Row, key: ColumnKey, settings: Settings): Read<string | null> {
  const text = row[key];
  if (text === undefined) return ok(null);
  const order = dateOrderOf(settings['dateOrder']);
  const day = writtenDay(text, order);
  if (day !== null) return ok(day);
  const either = order === null && /^\d{1,2}[./-]\d{1,2}[./-]\d{4}/.test(text);
  return refused(
    either ? `${labelOf(key)} may be two days: choose in the connection how dates are written.` : `${labelOf(key)} is no date that exists.`,
  );
}

function timeIn(row: Row, key: ColumnKey, day: string | null, { zone }: Settings): Read<string | null> {
  const text = row[key];
  if (text === undefined) return ok(null);
  const clock = clockOf(text);
  const at = clock === null ? writtenInstant(text, zone) : instantOfWall(day, clock, zone);
  if (at !== null) return ok(at);
  return refused(
    clock !== null && zone === undefined
      ? `${labelOf(key)} needs the time zone of the connection.`
      : `${labelOf(key)} is no time of day such as 15:30.`,
  );
}

function moneyIn(row: Row, settings: Settings): Read<{ amountMinor: number; currency: string } | null> {
  if (row.amount === undefined) return ok(null);
  const currency = currencyCode(row.currency ?? settings['currency']);
  if (currency === null) return refused(`${labelOf('currency')} is missing: add the column, or set the currency of the connection.`);
  const amountMinor = minorUnitsOfDecimal(row.amount, currency);
  return amountMinor === null || amountMinor < 0 ? refused(`${labelOf('amount')} is no amount such as 1250.00.`) : ok({ amountMinor, currency });
}

/** The same ids as the bridge makes, so that a file and a Zap about one job meet in one row. */
function idsOf(row: Row, day: string | null) {
  const email = emailAddress(row.email);
  const name = nameOf(row);
  const person = email !== null ? `email:${email}` : name !== null ? madeId('name', name.toLowerCase()) : null;
  return { email, name, person, job: row.reference ?? (person !== null && day !== null ? madeId(person, day) : null) };
}

const base = (type: string, id: string, wedding: WeddingClue, occurredAt: string | null = null) => ({
  remote: { type, id, version: null },
  wedding,
  occurredAt,
});

function contactOf(row: Row, id: string, wedding: WeddingClue): Change {
  const { email, name } = idsOf(row, null);
  return {
    kind: 'contact',
    ...base('client', id, wedding),
    fields: { role: 'couple', ...known({ name, email, phone: row.phone, company: row.company }) },
  };
}

function booking(row: Row, settings: Settings, { means, statuses }: FileRecipe): Read<readonly Change[]> {
  const day = dayIn(row, 'event_date', settings);
  if (!day.ok) return day;
  if (day.value === null) return refused(`${labelOf('event_date')} is missing.`);
  const { email, name, person, job } = idsOf(row, day.value);
  if (means === 'orders' && row.reference === undefined) return refused(`${labelOf('reference')} is missing.`);
  if (job === null) return refused(`${labelOf('name')} is missing, and there is no ${labelOf('reference')} and no ${labelOf('email')}.`);
  const [startsAt, endsAt, callTime, money] = [
    timeIn(row, 'start_time', day.value, settings),
    timeIn(row, 'end_time', day.value, settings),
    timeIn(row, 'delivery_time', day.value, settings),
    moneyIn(row, settings),
  ];
  if (!startsAt.ok) return startsAt;
  if (!endsAt.ok) return endsAt;
  if (!callTime.ok) return callTime;
  if (!money.ok) return money;
  if (startsAt.value !== null && endsAt.value !== null && endsAt.value < startsAt.value)
    return refused(`${labelOf('end_time')} is before ${labelOf('start_time')}.`);
  const clue: WeddingClue = { email, date: day.value };
  const change: Change = {
    kind: 'booking',
    ...base('project', job, { ...clue, ...(person === null ? {} : { remote: { type: 'client', id: person } }) }),
    fields: known({
      title: row.title ?? name,
      trade: tradeOf(settings['trade']),
      vendorName: shortText(settings['vendorName']),
      place: row.place,
      status: row.status === undefined ? 'definite' : bookingStatus(row.status, statuses),
      startsAt: startsAt.value,
      endsAt: endsAt.value,
      // When what was ordered has to be there.
      callTime: callTime.value,
      ...money.value,
    }),
    ...(person === null ? {} : { contactRemote: { type: 'client', id: person } }),
  };
  const known_ = person !== null ? [contactOf(row, person, { ...clue, remote: { type: 'project', id: job } })] : [];
  return ok([...known_, change]);
}

function contact(row: Row, settings: Settings): Read<readonly Change[]> {
  const day = dayIn(row, 'event_date', settings);
  if (!day.ok) return day;
  const { email, person } = idsOf(row, null);
  const id = row.reference ?? person;
  if (id === null || (nameOf(row) === null && email === null)) return refused(`${labelOf('name')} is missing, and there is no ${labelOf('email')}.`);
  return ok([contactOf(row, id, { email, date: day.value })]);
}

function payment(row: Row, settings: Settings): Read<readonly Change[]> {
  const money = moneyIn(row, settings);
  if (!money.ok) return money;
  if (money.value === null) return refused(`${labelOf('amount')} is missing.`);
  const paidOn = dayIn(row, 'paid_on', settings);
  if (!paidOn.ok) return paidOn;
  if (paidOn.value === null) return refused(`${labelOf('paid_on')} is missing.`);
  const day = dayIn(row, 'event_date', settings);
  if (!day.ok) return day;
  const { email, name, person } = idsOf(row, null);
  const who = row.job_reference ?? person;
  const id = row.reference ?? (who === null ? null : madeId(who, money.value.amountMinor, paidOn.value));
  if (id === null)
    return refused(
      `${labelOf('reference')} is missing, and there is no ${labelOf('job_reference')}, no ${labelOf('name')} and no ${labelOf('email')}.`,
    );
  const status = row.status === undefined ? 'completed' : paymentStatus(row.status);
  if (status === null) return refused(`${labelOf('status')} is none of paid, pending, failed, refunded.`);
  if (status === 'partly_refunded') return refused(`${labelOf('status')} says partly refunded, and the file does not say how much.`);
  const of = row.job_reference ? { type: 'project', id: row.job_reference } : null;
  // A day is no instant: noon there is on that day wherever it is read in the connection's zone.
  const paidAt = instantOfWall(paidOn.value, '12:00', settings['zone'] ?? 'UTC');
  return ok([
    {
      kind: 'payment',
      ...base('payment', id, { email, date: day.value, ...(of ? { remote: of } : {}) }, paidAt),
      fields: {
        status,
        ...money.value,
        refundedMinor: status === 'refunded' ? money.value.amountMinor : 0,
        ...known({ description: row.description, payerName: name, paidAt: status === 'completed' ? paidAt : null }),
      },
      ...(of ? { bookingRemote: of } : {}),
    },
  ]);
}

function changesOf(row: Row, settings: Settings, recipe: FileRecipe): Read<readonly Change[]> {
  if (recipe.means === 'contacts') return contact(row, settings);
  return recipe.means === 'payments' ? payment(row, settings) : booking(row, settings, recipe);
}

/** A row's body is its columns as JSON; its key changes with any of them, so the same file twice brings nothing new. */
export function filePart(recipe: FileRecipe): FilePart {
  return {
    bring(row, settings) {
      const clean = cleanRow(row);
      if (Object.keys(clean).length === 0) return refused('The line is empty.');
      const changes = changesOf(clean, settings, recipe);
      if (!changes.ok) return changes;
      const body = JSON.stringify(clean);
      return ok({ key: `file:${recipe.means}:${changes.value.at(-1)?.remote.id ?? ''}:${fingerprint(body)}`, event: recipe.means, body });
    },
    normalise(delivery) {
      let json: unknown;
      try {
        json = JSON.parse(delivery.bodyText);
      } catch {
        // The reason would quote the row; that it is no JSON says enough.
        return refused('The stored row is not JSON.');
      }
      if (typeof json !== 'object' || json === null || Array.isArray(json)) return refused('The stored row is no set of columns.');
      const changes = changesOf(cleanRow(json as Record<string, unknown>), delivery.settings, recipe);
      return changes.ok ? ok({ kind: 'changes', changes: changes.value }) : changes;
    },
  };
}
