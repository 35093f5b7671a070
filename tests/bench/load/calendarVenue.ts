import { mkdirSync } from 'node:fs';
import { sql } from 'kysely';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { IDLE_FILLING, NEW_FILLING } from '../../../core/domain/calendars/targets.ts';
import { resourceKey } from '../../../core/domain/conflicts/occupancies.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { openStore } from '../../../server/store/open.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { prepareDirectory } from '../../support/store.ts';
import { MASTER_KEY } from '../home.ts';
import { titleOf } from './standMessages.ts';

/** A house with one room and time taken in it, and the calendars of others that tell of it: made in the record before a server runs on it. */

export interface WantedCalendar {
  readonly system: 'google-calendar' | 'microsoft-graph' | 'caldav';
  /** What it is called over there. */
  readonly ref: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly direction: Calendar['direction'];
}

export interface VenueOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly calendars: readonly WantedCalendar[];
  /** Two hours each in the room, on as many days from tomorrow on. */
  readonly allocations: number;
  /** Minutes that the room needs afterwards. */
  readonly turnaroundMinutes?: number;
  readonly consoles: number;
}

export interface Taken {
  readonly id: string;
  readonly n: number;
  /** UTC milliseconds. */
  readonly startsAt: number;
}

export interface CalendarVenue {
  readonly organisationId: string;
  readonly roomId: string;
  readonly taken: readonly Taken[];
  /** Tokens of coordinators' consoles. */
  readonly tokens: readonly string[];
}

export const HOUR_MS = 3_600_000;
const PAGE = 200;
const actor = { kind: 'system', id: null, name: 'bench' } as const;
const context: DraftContext = { actor, source: null, deliveryId: null };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const iso = (ms: number): string => new Date(ms).toISOString();

export async function openBenchStore(dataDir: string, databaseUrl: string | null): Promise<OpenedStore> {
  mkdirSync(dataDir, { recursive: true });
  const opened = await openStore({ dataDir, databaseUrl, masterKey: MASTER_KEY, clock: systemClock, ids: createIds(), log: quiet });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

async function connect({ internals }: OpenedStore, organisationId: string, roomId: string, wanted: WantedCalendar): Promise<void> {
  const { system, ref, settings, secrets, direction } = wanted;
  const { connectionId } = await createConnection(internals, { organisationId, system, name: system, path: 'native', settings, secrets, actor });
  const id = internals.ids.next();
  const there = { connectionId, name: ref, zone: null, colour: null, main: true, mayWrite: true, state: 'active' } as const;
  const chosen = { direction, resourceId: roomId, privacy: 'full' as const, strategy: 'merge' as const, everyWedding: false, invite: false, reminders: [] };
  await internals.writer.write(organisationId, async ({ tx, record }) => {
    const filling = direction === 'inbound' ? IDLE_FILLING : NEW_FILLING;
    await record([draftCreated('calendar.found', 'calendars', null, { id, ...there, ...chosen, filling }, null, context)]);
    await sql`
      insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
      values (${organisationId}, ${connectionId}, 'calendar', ${ref}, 'calendars', ${id}, 'vendor', ${iso(Date.now())}::timestamptz)
    `.execute(tx);
    await sql`insert into calendar_states (organisation_id, calendar_id) values (${organisationId}, ${id})`.execute(tx);
  });
}

export async function makeVenue(wanted: VenueOptions): Promise<CalendarVenue> {
  if (wanted.databaseUrl === null) await prepareDirectory(wanted.dataDir);
  const store = await openBenchStore(wanted.dataDir, wanted.databaseUrl);
  const { internals } = store;
  const next = (): string => internals.ids.next();
  const { id: organisationId } = await createOrganisation(internals, { name: 'Bench House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const write = (drafts: readonly EventDraft[]) => internals.writer.write(organisationId, ({ record }) => record(drafts));
  const roomId = next();
  const name = 'Great Hall';
  const room = { id: roomId, kind: 'room' as const, name, keys: [resourceKey(name)], places: 1, partIds: [], state: 'active' as const };
  const around = { setUpMinutes: 0, turnaroundMinutes: wanted.turnaroundMinutes ?? 0 };
  await write([draftCreated('resource.created', 'resources', null, { ...room, ...around }, null, context)]);
  const tomorrow = Math.ceil(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS + 9 * HOUR_MS;
  const taken = Array.from({ length: wanted.allocations }, (_, n): Taken => ({ id: next(), n, startsAt: tomorrow + n * 24 * HOUR_MS }));
  for (let from = 0; from < taken.length; from += PAGE) {
    await write(taken.slice(from, from + PAGE).map(({ id, n, startsAt }) => {
      return draftCreated('allocation.created', 'allocations', null, { id, ...allocationOf(roomId, titleOf(0, n), startsAt) }, null, context);
    }));
  }
  for (const calendar of wanted.calendars) await connect(store, organisationId, roomId, calendar);
  const tokens: string[] = [];
  for (let n = 0; n < wanted.consoles; n += 1) {
    const ticket = await store.mintTicket(organisationId, { role: 'coordinator', weddingId: null, contactId: null, bookingIds: [] });
    const enrolled = await store.enrol(ticket, { name: `Console ${n}`, kind: 'tool' });
    if (!enrolled.ok) throw new Error(enrolled.error);
    tokens.push(enrolled.value.token);
  }
  await store.close();
  return { organisationId, roomId, taken, tokens };
}

/** All that a command says of time taken in the room. */
export function allocationOf(resourceId: string, title: string, startsAt: number) {
  const times = { startsAt: iso(startsAt), endsAt: iso(startsAt + 2 * HOUR_MS), setUpMinutes: null, turnaroundMinutes: null };
  const plain = { weddingId: null, bookingId: null, rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1 };
  return { ...plain, ...times, resourceId, title, status: 'definite' as const };
}
