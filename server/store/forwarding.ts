import { sql } from 'kysely';
import { Forwarding } from '../../core/contract/systems.ts';
import { draftCreated, draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from './alertsAbout.ts';
import type { StoreInternals } from './internals.ts';
import { readRows } from './rows.ts';

export interface Asks {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly forwarding: Forwarding;
}

const CONTEXT: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };

/** As it was kept, while there is time; null otherwise. */
export function forwardingNow(kept: unknown, now: number): Forwarding | null {
  const read = Forwarding.safeParse(kept);
  return read.success && Date.parse(read.data.expiresAt) > now ? read.data : null;
}

/** Keeps the newest such mail of a connection and tells its people; the code and the link stay with the connection. */
export async function keepForwarding(internals: StoreInternals, { organisationId, connectionId, forwarding }: Asks): Promise<void> {
  const { writer, ids, clock } = internals;
  await writer.write(organisationId, async ({ tx, record }) => {
    const [connection] = await readRows(tx, organisationId, 'connections', [connectionId]);
    if (!connection) return;
    await sql`update connection_access set forwarding = ${JSON.stringify(forwarding)}::jsonb where organisation_id = ${organisationId} and id = ${connectionId}`.execute(tx);
    const about = await alertsAbout(tx, organisationId, connectionId);
    // A newer code takes the place of the one before, and whoever waits for it on a screen is told by the newer alert.
    const former = about.unresolvedAlerts(connectionId).filter(({ rule }) => rule === 'forwarding_asked');
    await record([
      ...former.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', null, alert, { state: 'resolved' }, null, CONTEXT) ?? []),
      draftCreated(
        'alert.raised', 'alerts', null,
        {
          id: ids.next(), weddingId: null, severity: 'notice', rule: 'forwarding_asked', title: `${forwarding.provider} asks whether mails may be forwarded`,
          detail: `Nothing is forwarded to ${connection.name} until somebody confirms it. The code stands at the connection.`, raisedAt: new Date(clock.now()).toISOString(),
          state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'connections', id: connectionId },
        },
        null, CONTEXT,
      ),
    ]);
  });
}
