import type { Claim } from '../domain/intake/mailOwner.ts';
import type { ManifestField } from './manifest.ts';
import type { ReadMail } from './vendor.ts';

/** Sites whose mails one system has in common, since one company runs them, and which of them, and which business, a mail is for. */

export interface MailSite {
  readonly id: string;
  readonly name: string;
  /** Its own sending domains; those that the sites share are left out. */
  readonly domains: readonly string[];
  /** How its mails call it. */
  readonly called: RegExp;
}

/** The setting that says which site a connection is for; `all` = whatever comes to its address. */
export const SITE_KEY = 'mailSite';
const ALL = 'all';

export const siteField = (sites: readonly MailSite[]): ManifestField => ({
  key: SITE_KEY,
  label: 'Site',
  help: 'Only where several connections get mails of these sites: which of them this one is for. "All" takes whatever comes to its address.',
  sensitive: false,
  required: false,
  input: 'choice',
  choices: [{ value: ALL, label: 'All' }, ...sites.map(({ id, name }) => ({ value: id, label: name }))],
  paths: ['mail'],
});

type Told = Pick<ReadMail, 'from' | 'fromName' | 'subject' | 'text'>;
type Settings = Readonly<Record<string, string>>;

const one = (sites: readonly MailSite[]): MailSite | null => (sites.length === 1 ? (sites[0] ?? null) : null);
const isAt = (domain: string, listed: readonly string[]) => listed.some((each) => domain === each || domain.endsWith(`.${each}`));

/** What it calls itself, then the domain that it comes from, then its words; null = it names none, or several. */
export function siteOf({ from, fromName, subject, text }: Told, sites: readonly MailSite[]): MailSite | null {
  const calls = (words: string) => one(sites.filter(({ called }) => called.test(words)));
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  return calls(`${subject}\n${fromName ?? ''}`) ?? one(sites.filter(({ domains }) => isAt(domain, domains))) ?? calls(text);
}

const SHORTEST_NAME = 4;
const plain = (text: string): string => ` ${text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `;

/** Whether a mail names the business that the connection is for. */
function namesBusiness({ subject, text }: Told, settings: Settings): boolean {
  const name = plain(settings['vendorName'] ?? '');
  return name.trim().length >= SHORTEST_NAME && plain(`${subject}\n${text}`).includes(name);
}

export function claimOf(mail: Told, settings: Settings, sites: readonly MailSite[]): Claim {
  const wanted = sites.find(({ id }) => id === settings[SITE_KEY]);
  const site = wanted ? siteOf(mail, sites) : null;
  if (wanted && site && site.id !== wanted.id) return 'other';
  if (namesBusiness(mail, settings)) return 'named';
  if (!wanted) return 'open';
  return site ? 'site' : 'unclear';
}

/** A person has said that everything which comes to its address is its own. */
export const takesAll = (settings: Settings): boolean => settings[SITE_KEY] === ALL;
