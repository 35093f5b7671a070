import type { VendorManifest } from './manifest.ts';

/** Whose mails a connection believes: the domains of its system, or the one that whoever connected it has named. */

const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/;

/** Anybody can have a mailbox there, and their mails are signed all the same. */
const EVERYBODYS: ReadonlySet<string> = new Set([
  'gmail.com', 'googlemail.com', 'google.com', 'outlook.com', 'hotmail.com', 'hotmail.co.uk', 'live.com', 'msn.com', 'yahoo.com', 'yahoo.co.uk', 'ymail.com', 'aol.com', 'icloud.com',
  'me.com', 'mac.com', 'gmx.com', 'gmx.de', 'gmx.net', 'web.de', 'mail.com', 'mail.ru', 'yandex.com', 'yandex.ru', 'proton.me', 'protonmail.com', 'btinternet.com', 'orange.fr', 'free.fr',
  'qq.com', '163.com', 'zoho.com', 'fastmail.com', 'onmicrosoft.com', 'amazonses.com', 'sendgrid.net', 'mailgun.org', 'mcsv.net', 'mandrillapp.com', 'co.uk', 'org.uk', 'com.au', 'co.nz', 'co.za',
]);

/** A domain, or an address at one, as it is compared; null = none, or one under which anybody could write. */
export function senderDomain(text: string): string | null {
  const domain = text.trim().toLowerCase().replace(/^.*@/, '').replace(/\.$/, '');
  return DOMAIN.test(domain) && !EVERYBODYS.has(domain) ? domain : null;
}

export function mailDomainsOf({ mail }: Pick<VendorManifest, 'mail'>, settings: Readonly<Record<string, string>>): readonly string[] {
  if (mail === null) return [];
  const named = mail.asked === undefined ? null : senderDomain(settings[mail.asked] ?? '');
  return named === null ? mail.domains : [...mail.domains, named];
}
