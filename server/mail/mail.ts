import words from '../../resources/locales/mail.en.json' with { type: 'json' };
import type { Role } from '../../core/contract/access.ts';
import type { MailOutcome } from '../../core/contract/accounts.ts';
import type { Log } from '../../core/ports/ports.ts';
import type { Config } from '../config.ts';
import { listensHereOnly } from '../http/host.ts';

/** Mail to people. A failure is logged and told; nothing is tried again, because whoever asked for the mail can. */
export interface Mail {
  /** Also false on the network without a public address: a link's host would be whatever the caller asked for. */
  readonly configured: boolean;
  invitation(to: string, about: { readonly url: string; readonly organisation: string; readonly by: string; readonly role: Role; readonly until: string }): Promise<MailOutcome>;
  reset(to: string, about: { readonly url: string }): Promise<MailOutcome>;
  close(): void;
}

/** Longest wait for a mail server, in milliseconds. */
const LIMIT_MS = 10_000;

interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly action: string;
  readonly ends: string;
}

const filled = (template: string, values: Readonly<Record<string, string>>) => template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign);
/** Names come from people; a line break in one must not become a header or a line of its own. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** A letter as plain text and as simple HTML without anything to load. */
export function writeLetter(letter: Letter, url: string, values: Readonly<Record<string, string>>): { subject: string; text: string; html: string } {
  const clean = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, oneLine(value)]));
  const [subject, text, action, ends] = [letter.subject, letter.text, letter.action, letter.ends].map((part) => filled(part, clean)) as [string, string, string, string];
  return {
    subject,
    text: `${text}\n\n${action}:\n${url}\n\n${ends}\n`,
    html: `<!doctype html><meta charset="utf-8"><p>${escaped(text)}</p><p><a href="${escaped(url)}">${escaped(action)}</a></p><p>${escaped(ends)}</p>`,
  };
}

export function createMail(config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'publicUrl' | 'host'>, log: Log): Mail {
  const { mailFrom } = config;
  const smtpUrl = config.publicUrl !== null || listensHereOnly(config) ? config.smtpUrl : null;
  if (smtpUrl !== config.smtpUrl) log.warn({}, 'no mail is sent: links in mails need WEDSYNC_PUBLIC_URL where the server listens on the network');
  let transport: Promise<import('nodemailer').Transporter> | null = null;
  const connect = async (url: string) => {
    const { createTransport } = await import('nodemailer');
    return createTransport({ url, connectionTimeout: LIMIT_MS, greetingTimeout: LIMIT_MS, socketTimeout: LIMIT_MS, disableFileAccess: true, disableUrlAccess: true });
  };
  async function send(to: string, letter: Letter, url: string, values: Readonly<Record<string, string>>): Promise<MailOutcome> {
    if (smtpUrl === null) return 'not_configured';
    try {
      const mailer = await (transport ??= connect(smtpUrl));
      await mailer.sendMail({ from: mailFrom, to: { name: '', address: to }, ...writeLetter(letter, url, values) });
      return 'sent';
    } catch (error) {
      log.error({ err: error, code: 'mail.failed' }, 'a mail could not be sent');
      return 'failed';
    }
  }
  return {
    configured: smtpUrl !== null,
    invitation: (to, { url, organisation, by, role, until }) => send(to, words.invitation, url, { organisation, by, role: words.roles[role], until: until.slice(0, 16).replace('T', ' ') }),
    reset: (to, { url }) => send(to, words.reset, url, { email: to }),
    close: () => void transport?.then((mailer) => mailer.close()),
  };
}
