import { sql } from 'kysely';
import type { Reader, ReadersAnswer } from '../../core/contract/personalData.ts';
import type { Contact } from '../../core/contract/record/people.ts';
import { visibleRow } from '../../core/domain/access/rows.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { asTableOwner, type Tx } from '../store/database.ts';
import { ORGANISATION_SUBJECT, type Read } from './reads.ts';

const HOW: Readonly<Record<Exclude<Read, 'personal_data.readers'>, Reader['how'][number]>> = {
  'stream.connected': 'live',
  'stream.snapshot': 'live',
  'stream.left': 'live',
  'record.read': 'record',
  'classic.read': 'classic',
  'history.read': 'history',
  'deliveries.read': 'deliveries',
  'people.read': 'people',
  'devices.read': 'people',
  'personal_data.exported': 'export',
  'personal_data.previewed': 'preview',
};
/** They tell of one row; the others of everything that the device may see. */
const DIRECT: readonly string[] = ['history.read', 'personal_data.exported', 'personal_data.previewed'];
/** They tell of members, and of a contact only who is one, or was invited. */
const OF_MEMBERS: readonly string[] = ['people.read', 'devices.read'];

interface Line {
  readonly action: keyof typeof HOW;
  readonly actor: string;
  readonly subject: string;
  readonly minute: string;
  readonly lastAt: string;
}

/** Since when the list of people has them: from their first membership or invitation that is still known; null = never. */
const listedSince = (tx: Tx, organisationId: string, { id, email }: Contact): Promise<string | null> =>
  asTableOwner(tx, async () => {
    const address = email?.trim().toLowerCase() ?? null;
    const { rows } = await sql<{ since: string | null }>`
      select min(created_at) as since from (
        select m.created_at from memberships m join accounts a on a.id = m.account_id where m.organisation_id = ${organisationId} and (m.contact_id = ${id} or a.email = ${address})
        union all select created_at from invitations where organisation_id = ${organisationId} and (contact_id = ${id} or lower(email) = ${address})
      ) listed
    `.execute(tx);
    return rows[0]?.since ?? null;
  });

/**
 * Which devices were told of a contact, out of the lines that reading leaves in the audit log. A line on the stream is
 * told every change while it is open: one that was opened before the contact was there and not left by then counts.
 * Null = there is no such contact.
 */
export async function readersOf(internals: StoreInternals, organisationId: string, contactId: string): Promise<ReadersAnswer | null> {
  await internals.flushAudit();
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const events = await sql<{ row: Contact; recordedAt: string }>`
      select "row", recorded_at from events where organisation_id = ${organisationId} and row_id = ${contactId} and collection = 'contacts' order by seq
    `.execute(tx);
    const [first] = events.rows;
    const last = events.rows.at(-1);
    if (!first || !last) return null;
    const listed = await listedSince(tx, organisationId, last.row);
    const weddings = [...new Set(events.rows.flatMap(({ row }) => (row.weddingId === null ? [] : [row.weddingId])))];
    const lines = await sql<Line>`
      select action, actor, subject, minute, last_at from audit
      where organisation_id = ${organisationId} and action = any(${Object.keys(HOW)}::text[]) and outcome = 'ok' and subject = any(${[contactId, ORGANISATION_SUBJECT, ...weddings]}::text[])
      order by last_at
    `.execute(tx);
    const devices = await tx.selectFrom('devices').select(['id', 'organisationId', 'name', 'role', 'weddingId', 'contactId', 'bookingIds']).where('organisationId', '=', organisationId).execute();
    const byId = new Map(devices.map((device) => [device.id, device]));
    const readers = new Map<string, Reader>();
    const open = new Map<string, Line>();
    const add = (line: Line, at: string) => {
      const device = byId.get(line.actor);
      const how = HOW[line.action];
      const known = readers.get(line.actor);
      readers.set(line.actor, {
        deviceId: line.actor,
        name: device?.name ?? null,
        role: device?.role ?? null,
        firstAt: known?.firstAt ?? at,
        lastAt: at,
        how: known ? (known.how.includes(how) ? known.how : [...known.how, how]) : [how],
      });
    };
    const sees = (deviceId: string): boolean => {
      const device = byId.get(deviceId);
      // A device that is gone may have been any; who it was is not known any more.
      return device === undefined || events.rows.some(({ row }) => visibleRow(device, 'contacts', row) !== null);
    };
    for (const line of lines.rows) {
      if (OF_MEMBERS.includes(line.action)) {
        if (listed !== null && line.lastAt >= listed) add(line, line.lastAt);
        continue;
      }
      if (!DIRECT.includes(line.action) && !sees(line.actor)) continue;
      if (line.action === 'stream.connected') open.set(line.actor, line);
      if (line.lastAt >= first.recordedAt) add(line, line.lastAt);
      if (line.action === 'stream.left') open.delete(line.actor);
    }
    for (const line of open.values()) if (!readers.has(line.actor)) add(line, first.recordedAt);
    const sorted = [...readers.values()].filter((reader) => reader.deviceId !== '*').sort((a, b) => b.lastAt.localeCompare(a.lastAt));
    return { at: instant(internals.clock), since: first.recordedAt, readers: sorted };
  });
}
