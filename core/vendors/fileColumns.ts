import type { FileColumn } from './manifest.ts';

/** Columns of the files that are taken in, and the headings under which exports usually have them (lower case). */

/** What a row of the file is. */
export type FileMeans = 'bookings' | 'contacts' | 'payments' | 'orders';

const COLUMNS = {
  reference: {
    label: 'Reference',
    headings: ['reference', 'ref', 'id', 'number', 'booking reference', 'booking id', 'job id', 'job number', 'event id', 'project id', 'lead id'],
  },
  name: {
    label: 'Name',
    headings: ['name', 'full name', 'client', 'client name', 'customer', 'customer name', 'contact', 'contact name', 'couple', 'host'],
  },
  first_name: { label: 'First name', headings: ['first name', 'firstname', 'given name'] },
  last_name: { label: 'Last name', headings: ['last name', 'lastname', 'surname', 'family name'] },
  email: { label: 'E-mail', headings: ['email', 'e-mail', 'email address', 'e-mail address', 'client email', 'contact email'] },
  phone: { label: 'Phone', headings: ['phone', 'phone number', 'telephone', 'mobile', 'cell', 'client phone'] },
  company: { label: 'Company', headings: ['company', 'organisation', 'organization', 'business'] },
  event_date: {
    label: 'Event date',
    headings: ['event date', 'wedding date', 'date', 'shoot date', 'main shoot date', 'session date', 'date of event'],
  },
  start_time: { label: 'Start time', headings: ['start', 'start time', 'starts', 'time', 'from'] },
  end_time: { label: 'End time', headings: ['end', 'end time', 'ends', 'until', 'to'] },
  title: { label: 'Title', headings: ['title', 'event', 'event name', 'job name', 'job', 'project', 'project name', 'shoot'] },
  status: { label: 'Status', headings: ['status', 'stage', 'state', 'event status', 'job status', 'booking status'] },
  amount: { label: 'Amount', headings: ['amount', 'total', 'grand total', 'price', 'value', 'amount paid'] },
  currency: { label: 'Currency', headings: ['currency', 'currency code'] },
  place: { label: 'Place', headings: ['place', 'location', 'venue', 'room', 'address'] },
  paid_on: { label: 'Paid on', headings: ['paid on', 'payment date', 'paid', 'date paid', 'received'] },
  description: { label: 'Description', headings: ['description', 'invoice', 'invoice number', 'memo', 'item'] },
  job_reference: { label: 'Job reference', headings: ['job reference', 'order', 'order id', 'project reference', 'event reference'] },
  delivery_time: {
    label: 'Delivery time',
    headings: ['delivery time', 'delivery', 'deliver at', 'delivered at', 'drop-off', 'drop off time', 'set-up time', 'setup time', 'call time'],
  },
} as const satisfies Record<string, { readonly label: string; readonly headings: readonly string[] }>;

export type ColumnKey = keyof typeof COLUMNS;
export const COLUMN_KEYS = Object.keys(COLUMNS) as ColumnKey[];
/** Columns that hold a day, and those that hold a time of the first of them. */
export const DAY_COLUMNS = ['event_date', 'paid_on'] as const satisfies readonly ColumnKey[];
export const TIME_COLUMNS = ['start_time', 'end_time', 'delivery_time'] as const satisfies readonly ColumnKey[];
export const labelOf = (key: ColumnKey): string => COLUMNS[key].label;

const PERSON = ['name', 'first_name', 'last_name', 'email', 'phone'] as const;
const WHEN = ['event_date', 'start_time', 'end_time'] as const;
const SETS: Readonly<Record<FileMeans, { readonly required: readonly ColumnKey[]; readonly optional: readonly ColumnKey[] }>> = {
  bookings: { required: ['event_date'], optional: ['reference', ...PERSON, ...WHEN.slice(1), 'title', 'status', 'amount', 'currency', 'place'] },
  contacts: { required: [], optional: ['reference', ...PERSON, 'company', 'event_date'] },
  payments: {
    required: ['amount', 'paid_on'],
    optional: ['reference', ...PERSON.slice(0, 4), 'event_date', 'currency', 'status', 'description', 'job_reference'],
  },
  orders: { required: ['reference', 'event_date'], optional: [...PERSON, ...WHEN.slice(1), 'delivery_time', 'title', 'status', 'amount', 'currency', 'place'] },
};

/** What is called an order in a list of orders is the row itself; in a list of payments it is what was paid. */
const USUAL: Readonly<Partial<Record<FileMeans, Readonly<Partial<Record<ColumnKey, readonly string[]>>>>>> = {
  orders: { reference: ['order id', 'order number', 'order'] },
};

/** @param more headings of a system's own exports, lower case; they win over the usual ones of another column. */
export function fileColumns(means: FileMeans, more: Readonly<Partial<Record<ColumnKey, readonly string[]>>> = {}): FileColumn[] {
  const { required, optional } = SETS[means];
  const own = { ...USUAL[means], ...more };
  const taken = new Set<string>(Object.values(own).flat());
  return [...required, ...optional].map((key) => {
    const headings = new Set([...(own[key] ?? []), ...COLUMNS[key].headings.filter((heading) => !taken.has(heading))]);
    return { key, label: COLUMNS[key].label, required: required.includes(key), headings: [...headings] };
  });
}
