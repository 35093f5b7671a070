import { sql } from 'kysely';
import { EnquirySettings, NEW_ENQUIRY_SETTINGS, type EnquiryPageAnswer, type SaveEnquiryPage } from '../../core/contract/enquiries.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Resource } from '../../core/contract/record/taking.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import type { Device } from '../store/store.ts';
import { newToken } from '../store/vault.ts';
import { askPath } from './paths.ts';

/** A house as its page speaks for it. */
export interface EnquiryHouse {
  readonly organisationId: string;
  readonly name: string;
  /** IANA; every day and time of the page is meant in it. */
  readonly zone: string;
  readonly settings: EnquirySettings;
}

/** What stands behind an address: a page; one that is closed for now; one that was replaced for good. */
export interface Behind {
  readonly kind: 'open' | 'closed' | 'replaced';
  readonly house: EnquiryHouse;
}

/** What a house says of its page, and the addresses at which it is found. `origin` = how this server is reached. */
export interface EnquiryPages {
  page(organisationId: string, origin: string): Promise<EnquiryPageAnswer>;
  /** Errors: `enquiry.changed_meanwhile`, `enquiry.no_rooms`, `request.not_found`. */
  save(device: Device, wanted: SaveEnquiryPage, origin: string): Promise<Result<EnquiryPageAnswer, CodedError>>;
  /** Errors: `enquiry.never_open`. */
  replace(device: Device, origin: string): Promise<Result<EnquiryPageAnswer, CodedError>>;
  /** Null = nothing ever was. */
  behind(token: string): Promise<Behind | null>;
}

/** Rooms of a page that are in use, in the order in which it offers them. */
export async function offeredRooms(tx: Tx, organisationId: string, { roomIds }: Pick<EnquirySettings, 'roomIds'>): Promise<Resource[]> {
  const rows = new Map((await readRows(tx, organisationId, 'resources', roomIds)).map((row) => [row.id, row]));
  return roomIds.flatMap((id) => rows.get(id) ?? []).filter(({ kind, state }) => kind === 'room' && state === 'active');
}

/** As it stands for whoever writes now; null = it is closed, or this address is not its own any more. */
export async function openPage(tx: Tx, organisationId: string, token: string): Promise<EnquirySettings | null> {
  const { rows } = await sql<{ settings: unknown }>`
    select p.settings from enquiry_pages p
    join enquiry_addresses a on a.organisation_id = p.organisation_id and a.token = ${token} and a.replaced_at is null
    where p.organisation_id = ${organisationId}
  `.execute(tx);
  const settings = rows[0] ? EnquirySettings.parse(rows[0].settings) : null;
  return settings?.open === true ? settings : null;
}

interface PageRow {
  readonly settings: unknown;
  readonly version: number;
  readonly changedAt: string;
  readonly changedBy: string | null;
  readonly token: string | null;
}

const pageRow = async (tx: Tx, organisationId: string): Promise<PageRow | undefined> =>
  (
    await sql<PageRow>`
      select p.settings, p.version, p.changed_at, d.name as changed_by, a.token from enquiry_pages p
      left join enquiry_addresses a on a.organisation_id = p.organisation_id and a.replaced_at is null
      left join devices d on d.organisation_id = p.organisation_id and d.id = p.changed_by where p.organisation_id = ${organisationId}
    `.execute(tx)
  ).rows[0];

async function told(tx: Tx, organisationId: string, origin: string): Promise<EnquiryPageAnswer> {
  const row = await pageRow(tx, organisationId);
  const reachable = origin.startsWith('https://');
  if (!row) return { settings: NEW_ENQUIRY_SETTINGS, version: 0, url: null, reachable, changedAt: null, changedBy: null };
  const { settings, version, token, changedAt, changedBy } = row;
  const url = token === null ? null : `${origin}${askPath(token)}`;
  return { settings: EnquirySettings.parse(settings), version, url, reachable, changedAt, changedBy };
}

export function createEnquiryPages({ database, clock }: Pick<StoreInternals, 'database' | 'clock'>): EnquiryPages {
  const address = (tx: Tx, organisationId: string) =>
    sql`
      insert into enquiry_addresses (organisation_id, token, made_at) values (${organisationId}, ${newToken()}, ${instant(clock)})
      on conflict (organisation_id) where replaced_at is null do nothing
    `.execute(tx);

  return {
    page: (organisationId, origin) => database.withOrganisation(organisationId, (tx) => told(tx, organisationId, origin)),

    save: ({ organisationId, id }, { basedOnVersion, settings }, origin) =>
      database.withOrganisation(organisationId, async (tx) => {
        if (settings.open && settings.roomIds.length === 0) return err(codedError('enquiry.no_rooms', 'An open page offers at least one room.'));
        const given = { ...settings, roomIds: [...new Set(settings.roomIds)] };
        const rooms = await offeredRooms(tx, organisationId, given);
        if (rooms.length < given.roomIds.length) return err(codedError('request.not_found', 'There is no such room, or it is not in use any more.'));
        const now = instant(clock);
        // Of two at once the second finds another version.
        const kept = await sql`
          insert into enquiry_pages as p (organisation_id, settings, version, changed_at, changed_by)
          select ${organisationId}::uuid, ${JSON.stringify(given)}::jsonb, 1, ${now}::timestamptz, ${id}::uuid
          where ${basedOnVersion}::bigint = 0 or exists (select from enquiry_pages where organisation_id = ${organisationId})
          on conflict (organisation_id) do update
          set settings = excluded.settings, version = p.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by
          where p.version = ${basedOnVersion}::bigint returning 1
        `.execute(tx);
        if (kept.rows.length === 0) return err(codedError('enquiry.changed_meanwhile', 'Somebody else has changed the page meanwhile.'));
        if (settings.open) await address(tx, organisationId);
        return ok(await told(tx, organisationId, origin));
      }),

    replace: ({ organisationId }, origin) =>
      database.withOrganisation(organisationId, async (tx) => {
        const gone = await sql`
          update enquiry_addresses set replaced_at = ${instant(clock)}::timestamptz
          where organisation_id = ${organisationId} and replaced_at is null returning 1
        `.execute(tx);
        if (gone.rows.length === 0) return err(codedError('enquiry.never_open', 'The page has no address yet.'));
        await address(tx, organisationId);
        return ok(await told(tx, organisationId, origin));
      }),

    async behind(token) {
      // Whose it is, is what the address says: so it is asked as the owner of the tables, as with feeds.
      const { rows } = await sql<{ organisationId: string; name: string; zone: string; settings: unknown; replaced: boolean }>`
        select o.id as organisation_id, o.name, o.zone, p.settings, a.replaced_at is not null as replaced from enquiry_addresses a
        join organisations o on o.id = a.organisation_id join enquiry_pages p on p.organisation_id = o.id where a.token = ${token}
      `.execute(database.system);
      const [row] = rows;
      if (!row) return null;
      const { replaced, settings: said, ...house } = row;
      const settings = EnquirySettings.parse(said);
      return { kind: replaced ? 'replaced' : settings.open ? 'open' : 'closed', house: { ...house, settings } };
    },
  };
}
