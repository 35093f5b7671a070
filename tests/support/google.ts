import { createEmulator, type Emulator } from 'emulate';
import { freePort } from './runningServer.ts';

/** Google as somebody else has rebuilt it: the page on which an account is chosen, tokens, calendars. */
export interface Google {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whose calendar it is. */
  readonly email: string;
  readonly entry: string;
  close(): Promise<void>;
}

/** @param redirects where it may send people back to */
export async function startGoogle(redirects: readonly string[]): Promise<Google> {
  const email = 'house@harrow.example';
  const client = { client_id: 'wedsync.apps.googleusercontent.com', client_secret: 'GOCSPX-only-for-tests', name: 'Harrow House', redirect_uris: [...redirects] };
  const starts = new Date(Date.now() + 3 * 86_400_000);
  const entry = 'Menu tasting, Okonkwo and Haddad';
  const port = await freePort();
  const peer: Emulator = await createEmulator({
    service: 'google',
    port,
    seed: {
      google: {
        users: [{ email, name: 'Harrow House' }],
        oauth_clients: [client],
        calendars: [{ id: 'primary-house', user_email: email, summary: 'Harrow House', primary: true, time_zone: 'Europe/London' }],
        calendar_events: [{ id: 'tasting1', user_email: email, calendar_id: 'primary-house', summary: entry, start_date_time: starts.toISOString(), end_date_time: new Date(starts.getTime() + 3_600_000).toISOString() }],
      },
    },
  });
  return { url: peer.url, clientId: client.client_id, clientSecret: client.client_secret, email, entry, close: () => peer.close() };
}
