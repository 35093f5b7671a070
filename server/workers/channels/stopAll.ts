import { sql } from 'kysely';
import type { Log } from '../../../core/ports/ports.ts';
import { channelOf, lineTo, stopped, type ChannelDeps } from './oneChannel.ts';
import type { HeldChannel } from './rows.ts';

/** Nobody waits longer for a vendor over something that ends by itself. */
const LIMIT_MS = 5_000;

/**
 * Channels of a connection that is about to go, to be stopped once it is gone: with its key nobody could. Never rejects, since
 * what is broken is removed all the same.
 */
export async function channelsToStop(deps: Pick<ChannelDeps, 'internals' | 'vendors' | 'http' | 'calls' | 'clock'> & { readonly log: Log }, organisationId: string, connectionId: string): Promise<() => Promise<void>> {
  const { internals, log } = deps;
  const failed = (error: unknown) => log.warn({ err: error, organisationId, connectionId }, 'channels of a removed connection are left to end by themselves');
  try {
    const { rows } = await internals.database.withOrganisation(organisationId, (tx) =>
      sql<Pick<HeldChannel, 'remoteId' | 'remoteResourceId' | 'endsAt'> & { readonly system: string }>`
        select c.remote_id, c.remote_resource_id, c.ends_at, a.system from calendar_channels c join connection_access a on a.organisation_id = c.organisation_id and a.id = c.connection_id
        where c.organisation_id = ${organisationId} and c.connection_id = ${connectionId} and c.remote_id is not null
      `.execute(tx),
    );
    const channels = rows.flatMap((row) => channelOf(row) ?? []);
    const line = rows[0] && channels.length > 0 ? await lineTo(deps, organisationId, connectionId, rows[0].system) : null;
    if (line === null) return () => Promise.resolve();
    return async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LIMIT_MS);
      });
      await Promise.race([Promise.all(channels.map((channel) => stopped(line, channel))).then(() => undefined, failed), late]);
      clearTimeout(timer);
    };
  } catch (error) {
    failed(error);
    return () => Promise.resolve();
  }
}
