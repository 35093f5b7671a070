import { z } from 'zod';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import type { ToldConsent } from '../../domain/record/consent.ts';
import { apiClient, bearer } from '../apiClient.ts';
import { queryText, refused } from '../calls.ts';
import { emailAddress, instantOfText, known, objectAt, shortText } from '../fields.ts';
import { boundedId, readCursor, textMark } from '../ids.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Brought, CallPorts, ConnectionAccess, Normalised, NormaliseError, PollPart, VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;

const PAGE = 500;
const LOOK_BACK_MS = 365 * 86_400_000;

const Page = z.object({ contacts: z.array(z.unknown()), _links: z.object({ next: z.object({ href: z.string() }).optional() }).optional() });
const Account = z.object({ organization_name: z.string().nullish(), contact_email: z.string().nullish(), encoded_account_id: z.string().nullish() });

const client = (access: ConnectionAccess, ports: CallPorts) =>
  apiClient({ who: 'Constant Contact', baseUrl: DEFAULT_BASE_URL, headers: (of) => bearer(of) }, access, ports);
const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);
const changedAt = (contact: unknown): string | null => (isBody(contact) ? instantOfText(contact['updated_at']) : null);

function brought(contact: unknown): Brought {
  const id = isBody(contact) && typeof contact['contact_id'] === 'string' ? boundedId(contact['contact_id'], 100) : 'without-id';
  const body = JSON.stringify(contact);
  return { key: `${id}@${changedAt(contact) ?? textMark(body)}`, event: 'contact', body };
}

/** What follows `?` in their link to the next page; the rest of the address is ours. Null = the last page. */
function nextQuery(href: string | undefined): string | null {
  return /\/contacts\?([\w=&%.~+-]{1,2000})$/.exec(href ?? '')?.[1] ?? null;
}

const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

export const poll: PollPart = {
  everySeconds: 900,

  async read(cursor, access, ports) {
    const held = readCursor(cursor) ?? {};
    const since = instantOfText(held['since']) ?? new Date(ports.clock.now() - LOOK_BACK_MS).toISOString();
    const next = typeof held['next'] === 'string' ? nextQuery(`/contacts?${held['next']}`) : null;
    const query = next ?? queryText({ updated_after: since, status: 'all', include: 'phone_numbers', limit: PAGE });
    const page = await client(access, ports).read(`/contacts?${query}`, 'the contacts', Page);
    if (!page.ok) return page;
    const { contacts, _links: links } = page.value;
    const newest = contacts.map(changedAt).reduce(later, instantOfText(held['newest']));
    const href = links?.next?.href;
    const on = nextQuery(href);
    if (href !== undefined && on === null) return refused('Constant Contact has named another place to read on.');
    if (on !== null) return ok({ items: contacts.map(brought), cursor: JSON.stringify({ since, next: on, newest }), more: true });
    // One second is read again, so that the others of that second are not missed.
    const from = newest === null ? since : new Date(Date.parse(newest) - 1000).toISOString();
    return ok({ items: contacts.map(brought), cursor: JSON.stringify({ since: from > since ? from : since }), more: false });
  },

  normalise({ bodyText }) {
    const contact = parseJsonObject(bodyText);
    return contact.ok ? changesOf(contact.value) : err({ code: 'normalise.shape_unknown', message: 'The stored contact is not a JSON object.' });
  },
};

/**
 * What their permission means, and since when. A list only shows what holds: `given` counts from the day they opted in, so that it
 * takes back no later withdrawal. Held back, asked and never set say nothing.
 */
function consentIn(address: Body, at: string | null): ToldConsent | null {
  const timed = (state: ToldConsent['state'], ...times: unknown[]): ToldConsent | null => {
    const since = times.map(instantOfText).find((time) => time !== null) ?? null;
    return since === null ? null : { state, at: since };
  };
  switch (address['permission_to_send']) {
    case 'explicit':
    case 'implicit':
      return timed('given', address['opt_in_date'], address['created_at']);
    case 'unsubscribed':
      return timed('withdrawn', address['opt_out_date'], at);
    default:
      return null;
  }
}

function changesOf(contact: Body): Result<Normalised, NormaliseError> {
  const id = contact['contact_id'];
  if (typeof id !== 'string' || !/^[\w-]{8,100}$/.test(id)) return err({ code: 'normalise.shape_unknown', message: 'The contact has no id.' });
  const address = objectAt(contact, 'email_address');
  const email = emailAddress(address['address']);
  if (email === null) return ok({ kind: 'ignored', why: 'a contact without an e-mail address' });
  const at = changedAt(contact);
  const remote = { type: 'contact', id, version: at };
  const change = (more: Partial<Extract<Change, { kind: 'contact' }>>): Result<Normalised, NormaliseError> =>
    ok({ kind: 'changes', changes: [{ kind: 'contact', remote, wedding: { email }, occurredAt: at, fields: { email }, ...more }] });
  if (contact['deleted_at'] !== undefined && contact['deleted_at'] !== null) {
    const gone = instantOfText(address['opt_out_date']) ?? instantOfText(contact['deleted_at']);
    if (gone === null) return err({ code: 'normalise.shape_unknown', message: 'The contact was deleted at no time.' });
    // Whoever has the address is told; nobody is made of it, and nobody is taken away.
    return change({ fields: {}, consent: { state: 'withdrawn', at: gone }, knownOnly: true });
  }
  const consent = consentIn(address, at);
  // Somebody who left is kept by the address alone, so that no other list brings them back unnoticed.
  if (consent?.state === 'withdrawn') return change({ consent });
  const phones = (Array.isArray(contact['phone_numbers']) ? (contact['phone_numbers'] as unknown[]) : []).filter(isBody);
  const phone = (phones.find((one) => one['kind'] === 'mobile') ?? phones[0])?.['phone_number'];
  const name = [shortText(contact['first_name']), shortText(contact['last_name'])].filter((part) => part !== null).join(' ');
  const fields = { email, ...known({ name: shortText(name), phone: shortText(phone), company: shortText(contact['company_name']) }) };
  return change({ fields, ...(consent ? { consent } : {}) });
}

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const account = await client(access, ports).read('/account/summary', 'the account', Account);
  if (!account.ok) return account;
  const { organization_name: name, encoded_account_id: id } = account.value;
  return ok({ account: shortText(name), details: [id ? `Account ${shortText(id, 60)}` : 'The sign-in works'] });
};
