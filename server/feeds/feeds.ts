import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { MOST_FEEDS, type FeedAbout, type FeedView, type MadeFeed, type MakeFeedRequest } from '../../core/contract/feeds.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { outFeed } from '../../core/vendors/ical-feed/outFeed.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import type { Device } from '../store/store.ts';
import { hashOf, newToken } from '../store/vault.ts';
import { feedEntries } from './entries.ts';
import { FEED_WORDS } from './words.ts';

/** Calendar feeds that the house gives out: made, listed, taken back, read. */
export interface Feeds {
  list(organisationId: string): Promise<FeedView[]>;
  /** `origin` = how this server is reached. Errors: `request.not_found`, `feed.too_many`. */
  make(device: Device, wanted: MakeFeedRequest, origin: string): Promise<Result<MadeFeed, CodedError>>;
  /** False = there is no such feed. */
  revoke(organisationId: string, feedId: string): Promise<boolean>;
  /** Null = nothing is behind this address. */
  read(token: string): Promise<FeedText | null>;
}

export interface FeedText {
  readonly feedId: string;
  readonly text: string;
  /** Strong: the same mark is the same bytes. */
  readonly etag: string;
}

/** Where feeds are read; the token with `.ics` behind it. */
export const FEED_PATH = '/calendars/feed/';
/** A wish: calendars ask when they like. */
const REFRESH_MINUTES = 30;
/** Read again within this time costs no write. */
const READ_STEP_MS = 3_600_000;

interface Row extends Pick<FeedView, 'id' | 'about' | 'privacy' | 'createdAt' | 'lastReadAt'> {
  readonly organisationId: string;
}

const missing = (): Result<never, CodedError> => err(codedError('request.not_found', 'There is no such room, vendor or wedding.'));

async function isThere(tx: Tx, organisationId: string, about: FeedAbout): Promise<boolean> {
  if (about.kind === 'house') return true;
  const table = about.kind === 'resource' ? 'resources' : 'weddings';
  const { rows } = await sql`select 1 from ${sql.table(table)} where organisation_id = ${organisationId} and id = ${about.id}`.execute(tx);
  return rows.length > 0;
}

/** Addresses that only this machine or its network knows are no use to a calendar on the internet. */
const isReachable = (origin: string): boolean => origin.startsWith('https://');

export function createFeeds({ database, clock, ids }: Pick<StoreInternals, 'database' | 'clock' | 'ids'>): Feeds {
  const nameOf = async (tx: Tx, { organisationId, about: given, privacy }: Row): Promise<string> => {
    // Whoever may only know that somebody is taken is not told whose wedding it is either.
    const about: FeedAbout = given.kind === 'wedding' && privacy === 'busy' ? { kind: 'house' } : given;
    const { rows } = await sql<{ house: string; name: string | null }>`
      select o.name as house, ${about.kind === 'house' ? sql`null` : about.kind === 'resource' ? sql`(select name from resources where organisation_id = o.id and id = ${about.id})` : sql`(select title from weddings where organisation_id = o.id and id = ${about.id})`} as name
      from organisations o where o.id = ${organisationId}
    `.execute(tx);
    const values = { house: rows[0]?.house ?? '', name: rows[0]?.name ?? '' };
    return FEED_WORDS[about.kind].replace(/\{\{(house|name)\}\}/g, (_whole, key: keyof typeof values) => values[key]);
  };

  return {
    list: (organisationId) =>
      database.withOrganisation(organisationId, async (tx) => {
        const { rows } = await sql<FeedView>`
          select f.id, f.about - 'recipient' as about, f.about->>'recipient' as recipient, f.privacy, f.created_at, d.name as created_by, f.last_read_at from calendar_feeds f
          left join devices d on d.organisation_id = f.organisation_id and d.id = f.created_by
          where f.organisation_id = ${organisationId} order by f.created_at desc, f.id desc
        `.execute(tx);
        return rows;
      }),

    async make(device, { about, privacy, recipient }, origin) {
      const { organisationId } = device;
      const token = newToken();
      const feed: FeedView = { id: ids.next(), recipient: recipient ?? null, about, privacy, createdAt: instant(clock), createdBy: device.name, lastReadAt: null };
      return database.withOrganisation(organisationId, async (tx) => {
        if (!(await isThere(tx, organisationId, about))) return missing();
        const made = await sql`
          insert into calendar_feeds (organisation_id, id, token_hash, about, privacy, created_at, created_by)
          select ${organisationId}::uuid, ${feed.id}::uuid, ${hashOf(token)}, ${JSON.stringify({ ...about, recipient })}::jsonb, ${privacy}, ${feed.createdAt}::timestamptz, ${device.id}::uuid
          where (select count(*) from calendar_feeds where organisation_id = ${organisationId}) < ${MOST_FEEDS} returning 1
        `.execute(tx);
        if (made.rows.length === 0) return err(codedError('feed.too_many', `The house has given out ${MOST_FEEDS} feeds already.`));
        const url = `${origin}${FEED_PATH}${token}.ics`;
        return ok({ feed, url, webcalUrl: url.replace(/^https?/, 'webcal'), reachable: isReachable(origin) });
      });
    },

    revoke: (organisationId, feedId) =>
      database.withOrganisation(organisationId, async (tx) => {
        const gone = await sql`delete from calendar_feeds where organisation_id = ${organisationId} and id = ${feedId} returning 1`.execute(tx);
        return gone.rows.length > 0;
      }),

    async read(token) {
      // Whose it is, is what the token says: so it is asked as the owner of the tables, as with devices.
      const { rows } = await sql<Row>`select organisation_id, id, about - 'recipient' as about, privacy, created_at, last_read_at from calendar_feeds where token_hash = ${hashOf(token)}`.execute(database.system);
      const [row] = rows;
      if (!row) return null;
      const now = clock.now();
      const text = await database.withOrganisation(row.organisationId, async (tx) => {
        if (row.lastReadAt === null || now - Date.parse(row.lastReadAt) >= READ_STEP_MS) {
          await sql`update calendar_feeds set last_read_at = ${new Date(now).toISOString()}::timestamptz where organisation_id = ${row.organisationId} and id = ${row.id}`.execute(tx);
        }
        return outFeed({ name: await nameOf(tx, row), refreshMinutes: REFRESH_MINUTES, entries: await feedEntries(tx, row.organisationId, row, now) });
      });
      return { feedId: row.id, text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
    },
  };
}
