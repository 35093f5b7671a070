import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

/** A real mail server on loopback that keeps what it is given. */
export interface Mailbox {
  /** For `WEDSYNC_SMTP_URL`. */
  readonly url: string;
  /** Waits for a mail to that address with such a link, newest first; every link is given out once. */
  link(to: string, hash: 'invitation' | 'reset'): Promise<string>;
  close(): Promise<void>;
}

const unfolded = (text: string): string => text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

export async function startMailbox(): Promise<Mailbox> {
  const mails: { readonly to: string; readonly text: string }[] = [];
  const given = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.unshift({ to: session.envelope.rcptTo[0]?.address ?? '', text: unfolded(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    async link(to, hash) {
      for (let tries = 0; tries < 100; tries += 1) {
        for (const mail of mails) {
          const found = mail.to === to ? new RegExp(`https?://[^\\s"<]+/#${hash}=[A-Za-z0-9_-]+`).exec(mail.text)?.[0] : undefined;
          if (found === undefined || given.has(found)) continue;
          given.add(found);
          return found;
        }
        await sleep(100);
      }
      throw new Error(`no ${hash} link came to ${to}; mails to ${mails.map((mail) => mail.to).join(', ')}`);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
