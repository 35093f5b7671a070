import { sql } from 'kysely';
import type { ChannelNews } from '../../core/vendors/calendars.ts';
import { CHANNEL_TOKEN } from '../../core/vendors/settings.ts';
import type { Tx } from './database.ts';
import type { StoreInternals } from './internals.ts';
import type { Vault } from './vault.ts';

/** Channels over which vendors tell that a calendar has changed: their tokens, and what is told of them. */

export const channelTokenOf = (channelId: string): string => `calendar-channel:${channelId}`;

/** A channel with its token, sealed. */
export interface SealedToken {
  readonly id: string;
  readonly tokenSealed: string;
}

/** What calls over channels are believed by, as a secret of their connection; nothing where there is no channel. */
export function withTokens(vault: Vault, secrets: Readonly<Record<string, string>>, channels: readonly SealedToken[]): Readonly<Record<string, string>> {
  const tokens = channels.flatMap(({ id, tokenSealed }) => {
    const opened = vault.open(tokenSealed, channelTokenOf(id));
    return opened.ok ? [opened.value] : [];
  });
  return tokens.length === 0 ? secrets : { ...secrets, [CHANNEL_TOKEN]: tokens.join(' ') };
}

export interface ToldOfChannels {
  readonly connectionId: string;
  readonly channels: readonly ChannelNews[];
}

/** Vendors have said that channels end: whoever looks after these does so now. Asks nothing where nothing was said. */
export async function noteChannels(tx: Tx, told: readonly ToldOfChannels[], now: string): Promise<void> {
  for (const { connectionId, channels } of told) {
    for (const { remoteId, state } of channels) {
      await sql`
        update calendar_channels set next_at = ${now}::timestamptz, ends_at = case when ${state === 'gone'} then ${now}::timestamptz else ends_at end
        where connection_id = ${connectionId}::uuid and remote_id = ${remoteId} and state = 'open'
      `.execute(tx);
    }
  }
}

/** Whoever proves calls of this connection learns of its tokens; call `intakeCache.forget` once it stands. */
export const tokensChanged = ({ peers }: Pick<StoreInternals, 'peers'>, tx: Tx, connectionId: string): Promise<void> => peers.announceConnection(tx, connectionId);
