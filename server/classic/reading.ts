import { sql } from 'kysely';
import { z } from 'zod';
import { Id, LocalDate } from '../../core/contract/primitives.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { RunSheetItem, WeatherNotice, Wedding } from '../../core/contract/record/day.ts';
import type { Contact } from '../../core/contract/record/people.ts';
import type { Booking } from '../../core/contract/record/trade.ts';
import type { CollectionName, RowOf } from '../../core/contract/record.ts';
import { seesAnyOf, visibleRow } from '../../core/domain/access/rows.ts';
import { openAlerts } from '../../core/domain/day/openAlerts.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import { nextItems, type NextEntry } from '../../core/domain/day/nextItems.ts';
import { dayWeddings, type DayWedding } from '../../core/domain/day/weddings.ts';
import type { Tx } from '../store/database.ts';
import type { StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import type { Device } from '../store/store.ts';

/**
 * What the pages show, read for each of them anew and only as much as it shows. Every row goes through `visibleRow`: what is asked
 * of the database is for speed alone, and decides nothing.
 */

const DAY_MS = 86_400_000;
const WEDDINGS_A_PAGE = 50;
/** Of the weddings around today, and of the lines about them. */
const MOST_WEDDINGS = 60;
export const MOST_NEXT = 25;
/** An open alert beyond these is far down a list that is sorted by how bad they are. */
export const MOST_ALERTS = 200;

interface House {
  readonly name: string;
  readonly zone: string;
}
export interface Today {
  readonly house: House;
  readonly today: readonly DayWedding[];
  readonly coming: readonly DayWedding[];
  readonly next: readonly NextEntry[];
  readonly alerts: readonly Alert[];
  /** Of the alerts' weddings. */
  readonly titles: ReadonlyMap<string, string>;
}
export interface Weddings {
  readonly house: House;
  readonly weddings: readonly Wedding[];
  /** Where the next page begins; null = this is the last. */
  readonly next: string | null;
}
export interface OneWedding {
  readonly house: House;
  readonly wedding: Wedding;
  /** Null = not for this role. */
  readonly items: readonly RunSheetItem[] | null;
  readonly bookings: readonly Booking[] | null;
  readonly contacts: readonly Contact[] | null;
  readonly weather: readonly WeatherNotice[];
  readonly alerts: readonly Alert[];
}
export interface Alerts {
  readonly house: House;
  readonly alerts: readonly Alert[];
  readonly titles: ReadonlyMap<string, string>;
}

/** Where a page of weddings begins: behind this one. */
export const WeddingsAfter = z.string().max(80).transform((text, context) => {
  const [date, id] = [LocalDate.safeParse(text.slice(0, 10)), Id.safeParse(text.slice(11))];
  if (date.success && id.success && text[10] === '.') return { date: date.data, id: id.data };
  context.addIssue({ code: 'custom', message: 'not a place in the list' });
  return z.NEVER;
});
export type WeddingsAfter = z.infer<typeof WeddingsAfter>;

async function seen<C extends CollectionName>(tx: Tx, device: Device, collection: C, ids: readonly string[]): Promise<RowOf<C>[]> {
  if (ids.length === 0 || !seesAnyOf(device, collection)) return [];
  const rows = await readRows(tx, device.organisationId, collection, ids);
  return rows.map((row) => visibleRow(device, collection, row)).filter((row) => row !== null);
}
const idsOf = async (tx: Tx, query: ReturnType<typeof sql<{ id: string }>>): Promise<string[]> => (await query.execute(tx)).rows.map(({ id }) => id);
const byId = <R extends { readonly id: string }>(rows: readonly R[]): Record<string, R> => Object.fromEntries(rows.map((row) => [row.id, row]));
/** Whoever is bound to a wedding has no other. */
const onlyOwn = ({ weddingId }: Device, column: 'id' | 'wedding_id') => (weddingId === null ? sql`` : sql`and ${sql.ref(column)} = ${weddingId}::uuid`);

const houseOf = (tx: Tx, { organisationId }: Device): Promise<House> => tx.selectFrom('organisations').select(['name', 'zone']).where('id', '=', organisationId).executeTakeFirstOrThrow();
const dayFrom = (house: House, now: number, days: number): string => localDate(house.zone, now + days * DAY_MS);

async function alertsOf(tx: Tx, device: Device, weddingId: string | null): Promise<Alert[]> {
  if (!seesAnyOf(device, 'alerts')) return [];
  const ids = await idsOf(tx, sql<{ id: string }>`
    select id from alerts where organisation_id = ${device.organisationId} and state = 'open' ${onlyOwn(device, 'wedding_id')} ${weddingId === null ? sql`` : sql`and wedding_id = ${weddingId}::uuid`}
    order by array_position(array['emergency', 'critical', 'warning', 'notice', 'info'], severity), raised_at desc limit ${MOST_ALERTS}
  `);
  return openAlerts(await seen(tx, device, 'alerts', ids), null, device.id);
}
async function titlesOf(tx: Tx, device: Device, alerts: readonly Alert[]): Promise<Map<string, string>> {
  const ids = [...new Set(alerts.flatMap(({ weddingId }) => (weddingId === null ? [] : [weddingId])))];
  return new Map((await seen(tx, device, 'weddings', ids)).map(({ id, title }) => [id, title]));
}

export interface Reading {
  today(device: Device): Promise<Today>;
  /** Those of today and to come, or those before; {@link WEDDINGS_A_PAGE} at a time. */
  weddings(device: Device, which: 'coming' | 'past', after: WeddingsAfter | null): Promise<Weddings>;
  /** Null = there is none that this device may see. */
  wedding(device: Device, id: string): Promise<OneWedding | null>;
  alerts(device: Device): Promise<Alerts>;
}

export function createReading({ database, clock }: Pick<StoreInternals, 'database' | 'clock'>): Reading {
  // One point in the log for everything on a page.
  const within = <T>(device: Device, work: (tx: Tx, house: House) => Promise<T>): Promise<T> =>
    database.withOrganisation(device.organisationId, async (tx) => work(tx, await houseOf(tx, device)), 'repeatable read');

  return {
    today: (device) =>
      within(device, async (tx, house) => {
        const now = clock.now();
        const ids = await idsOf(tx, sql<{ id: string }>`
          select id from weddings where organisation_id = ${device.organisationId} and date >= ${dayFrom(house, now, -2)}::date and status in ('hold', 'confirmed', 'completed') ${onlyOwn(device, 'id')}
          order by date, id limit ${MOST_WEDDINGS}
        `);
        const { today, next: coming } = dayWeddings(await seen(tx, device, 'weddings', ids), now);
        const own = today.map(({ wedding }) => wedding.id);
        const of = (table: 'run_sheet_items' | 'bookings') => (own.length === 0 ? [] : idsOf(tx, sql<{ id: string }>`select id from ${sql.table(table)} where organisation_id = ${device.organisationId} and wedding_id = any(${own}::uuid[])`));
        const runSheetItems = byId(await seen(tx, device, 'runSheetItems', await of('run_sheet_items')));
        const bookings = byId(await seen(tx, device, 'bookings', await of('bookings')));
        const alerts = await alertsOf(tx, device, null);
        return { house, today, coming, next: nextItems({ runSheetItems, bookings }, new Set(own), now), alerts, titles: await titlesOf(tx, device, alerts) };
      }),

    weddings: (device, which, after) =>
      within(device, async (tx, house) => {
        const yesterday = dayFrom(house, clock.now(), -1);
        const coming = which === 'coming';
        const place = after === null ? sql`` : coming ? sql`and (date, id) > (${after.date}::date, ${after.id}::uuid)` : sql`and (date, id) < (${after.date}::date, ${after.id}::uuid)`;
        const ids = await idsOf(tx, sql<{ id: string }>`
          select id from weddings where organisation_id = ${device.organisationId} and ${coming ? sql`date >= ${yesterday}::date` : sql`date < ${yesterday}::date`} ${onlyOwn(device, 'id')} ${place}
          order by ${coming ? sql`date, id` : sql`date desc, id desc`} limit ${WEDDINGS_A_PAGE + 1}
        `);
        const shown = ids.slice(0, WEDDINGS_A_PAGE);
        const rows = new Map((await seen(tx, device, 'weddings', shown)).map((row) => [row.id, row]));
        const weddings = shown.flatMap((id) => rows.get(id) ?? []);
        const last = weddings.at(-1);
        return { house, weddings, next: ids.length > shown.length && last ? `${last.date}.${last.id}` : null };
      }),

    wedding: (device, id) =>
      within(device, async (tx, house) => {
        const [wedding] = await seen(tx, device, 'weddings', [id]);
        if (!wedding) return null;
        const { organisationId, contactId } = device;
        const of = (table: 'run_sheet_items' | 'bookings' | 'weather_notices') => idsOf(tx, sql<{ id: string }>`select id from ${sql.table(table)} where organisation_id = ${organisationId} and wedding_id = ${id}::uuid`);
        // A vendor's own entry may be kept under no wedding, or under the first it came with.
        const people = await idsOf(tx, sql<{ id: string }>`select id from contacts where organisation_id = ${organisationId} and (wedding_id = ${id}::uuid or id = ${contactId}::uuid)`);
        const orNull = async <C extends CollectionName>(collection: C, ids: readonly string[]): Promise<RowOf<C>[] | null> => (seesAnyOf(device, collection) ? seen(tx, device, collection, ids) : null);
        const byTime = <R extends { readonly id: string }>(rows: R[], at: (row: R) => string | null) => rows.sort((a, b) => (at(a) ?? '9').localeCompare(at(b) ?? '9') || a.id.localeCompare(b.id));
        const items = await orNull('runSheetItems', await of('run_sheet_items'));
        const bookings = await orNull('bookings', await of('bookings'));
        const contacts = await orNull('contacts', people);
        const weather = (await seen(tx, device, 'weatherNotices', await of('weather_notices'))).filter(({ state }) => state === 'active');
        return {
          house,
          wedding,
          items: items && byTime(items, (row) => row.startsAt),
          bookings: bookings && byTime(bookings, (row) => row.callTime ?? row.startsAt),
          contacts: contacts && contacts.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id)),
          weather: byTime(weather, (row) => row.startsAt),
          alerts: await alertsOf(tx, device, id),
        };
      }),

    alerts: (device) =>
      within(device, async (tx, house) => {
        const alerts = await alertsOf(tx, device, null);
        return { house, alerts, titles: await titlesOf(tx, device, alerts) };
      }),
  };
}
