import { sql } from 'kysely';
import type { CalendarChannel, Setup } from '../../core/contract/systems.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { StoreInternals } from '../store/internals.ts';
import { callableOrigin } from '../workers/channels/callableOrigin.ts';

interface Asked {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly vendor: VendorModule;
  /** As configured: channels are opened for no other address. */
  readonly publicUrl: string | null;
  /** UTC milliseconds. */
  readonly now: number;
}

type Channels = NonNullable<Setup['channels']>;

/** Which calendars of a connection tell of changes at once, and why others do not. Undefined = its system has no way to. */
export async function channelsOf({ database }: Pick<StoreInternals, 'database'>, asked: Asked): Promise<Channels | undefined> {
  const { organisationId, connectionId, vendor, publicUrl, now } = asked;
  if (vendor.calendar?.watch === undefined) return undefined;
  // One that follows stands beside one that still tells: what tells is what is said.
  const { rows } = await database.withOrganisation(organisationId, (tx) =>
    sql<CalendarChannel>`
      select distinct on (calendar_id) calendar_id, state, ends_at as until, reason, case when reason is null then null else next_at end as again_at
      from calendar_channels where organisation_id = ${organisationId} and connection_id = ${connectionId} and state <> 'closing'
      order by calendar_id, state = 'open' desc
    `.execute(tx),
  );
  // One that has ended tells nobody any more, whatever its row says.
  const told = rows.map((row): CalendarChannel => {
    const over = row.state === 'open' && row.until !== null && Date.parse(row.until) <= now;
    return over ? { ...row, state: 'opening' } : row;
  });
  return { callable: callableOrigin(publicUrl) !== null, calendars: told };
}
