import { sql } from 'kysely';
import type { AnyRow, CollectionName } from '../../../core/contract/record.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import type { Http } from '../../../core/ports/ports.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { workBatch, type BatchResult } from '../../../server/workers/batch.ts';
import { look, type Due } from '../../../server/workers/look.ts';
import { createPace } from '../../../server/workers/lookPace.ts';
import type { Work } from '../../../server/workers/outcome.ts';
import { createSourceReader } from '../../../server/workers/readSource.ts';
import { aWedding, context } from '../recordFacts.ts';
import type { TestStore } from '../store.ts';
import type { settableClock } from '../store.ts';
import type { Step } from './schedule.ts';
import { CONNECTIONS, COUPLES, type ConnectionName, type World } from './world.ts';

const SYSTEM: Readonly<Record<ConnectionName, { system: string; path: 'native' | 'bridge' | 'feed'; settings: Record<string, string>; secrets: Record<string, string> }>> = {
  stripe: { system: 'stripe', path: 'native', settings: {}, secrets: { signingSecret: 'whsec_0123456789abcdef' } },
  planner: { system: 'bridge', path: 'bridge', settings: { zone: 'Europe/London' }, secrets: { bearerToken: 'bridge-token-0123456789' } },
  studio: { system: 'bridge', path: 'bridge', settings: { zone: 'Europe/London' }, secrets: { bearerToken: 'bridge-token-9876543210' } },
  calendar: { system: 'google-calendar', path: 'native', settings: { calendarId: 'house' }, secrets: {} },
  acuity: { system: 'acuity', path: 'native', settings: { userId: '1', zone: 'Europe/London' }, secrets: { apiKey: 'acuity-key' } },
  feed: { system: 'ical-feed', path: 'feed', settings: { zone: 'Europe/London' }, secrets: { feedUrl: 'https://feed.example/house.ics' } },
};

/** The record without what may differ: ids, positions, times of recording, which of several tellings came last. */
export type Picture = Readonly<Record<string, readonly string[]>>;

const COMPARED = ['weddings', 'contacts', 'bookings', 'payments', 'documents', 'messages', 'calendarEvents'] as const satisfies readonly CollectionName[];
const LEFT_OUT = ['id', 'version', 'seq', 'updatedAt', 'source'];
const LINKS = ['weddingId', 'bookingId', 'contactId'];

export interface Played {
  readonly picture: Picture;
  readonly deaths: number;
}

/** Plays a schedule on a house of its own, ends it properly, and says what the record holds. */
export async function play(t: TestStore, clock: ReturnType<typeof settableClock>, world: World, steps: readonly Step[]): Promise<Played> {
  const { store } = t;
  const { internals } = store;
  const organisation = await createOrganisation(internals, { name: 'House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const organisationId = organisation.id;
  const ids = {} as Record<ConnectionName, string>;
  for (const name of CONNECTIONS) {
    const { system, path, settings, secrets } = SYSTEM[name];
    ids[name] = (await createConnection(internals, { organisationId, system, name, path, settings, secrets, actor: { kind: 'system', id: null, name: 'test' } })).connectionId;
  }
  await internals.writer.write(organisationId, ({ record }) =>
    record(COUPLES.flatMap((email) => {
      const [weddingId, contactId] = [internals.ids.next(), internals.ids.next()];
      return [aWedding(weddingId, `Wedding of ${email}`), draftCreated('client.created', 'contacts', weddingId, { id: contactId, weddingId, name: email, email, phone: null, company: null, role: 'couple' }, null, context)];
    })),
  );

  const gone = new Map(world.appointments.map((one) => [one.id, -1]));
  let shown = 0;
  let cut = false;
  const http: Http = {
    async send({ url }) {
      const id = /\/appointments\/(\d+)$/.exec(url)?.[1];
      const appointment = world.appointments.find((one) => one.id === id);
      if (appointment) return { status: 200, headers: {}, body: JSON.stringify(appointment.steps[Math.max(0, gone.get(appointment.id) ?? 0)]) };
      if (url.startsWith('https://feed.example/')) return { status: 200, headers: {}, body: calendarText(world.feed[shown - 1] ?? {}) };
      throw new Error(`nothing at ${url}`);
    },
  };
  const vendors = vendorModule;
  const read = createSourceReader({ store: internals, vendors, http, clock });
  const shared = { store: internals, vendors, random: () => 1, organisationIds: [organisationId], mayFetch: () => true };
  let inHand: Work[] = [];
  let back: Work[] = [];
  let deaths = 0;

  /** As a worker that starts alone: what the one before held in its hands is free again. */
  async function kill(): Promise<void> {
    deaths += 1;
    inHand = [];
    back = [];
    await internals.database.system.updateTable('deliveries').set({ inHand: false, nextAttemptAt: new Date(clock.now()).toISOString() }).where('organisationId', '=', organisationId).where('inHand', '=', true).execute();
  }

  const dying = { ...internals, writer: { ...internals.writer, write: <T>(id: string, work: Parameters<typeof internals.writer.write<T>>[1]) => internals.writer.write<T>(id, async (writing) => {
    await work(writing);
    throw new Error('ended before its commit');
  }) } };

  async function batch({ limit, ends, back: which }: Extract<Step, { do: 'batch' }>): Promise<number> {
    const finished = which === 'all' ? back : which === 'newest' ? back.slice(-1) : [];
    if (ends === 'before the commit') {
      const failure = await workBatch({ ...shared, store: dying, finished, limit }).then(() => 'it was written', (error: Error) => error.message);
      if (failure !== 'ended before its commit') throw new Error(failure);
      await kill();
      return 0;
    }
    const result: BatchResult = await workBatch({ ...shared, finished, limit });
    if (ends === 'after the commit') {
      await kill();
      return result.works.length;
    }
    back = back.filter((one) => !finished.includes(one));
    result.settled.forEach((one, index) => {
      const work = result.works[index];
      if (one.inHand && work) inHand.push(work);
    });
    return result.works.length;
  }

  async function readInHand(): Promise<void> {
    const taken = inHand;
    inHand = [];
    for (const { delivery, outcome } of taken) {
      clock.advance(1);
      if (outcome.kind === 'reread') back.push({ delivery, outcome: await read(delivery, outcome.hints) });
    }
  }

  async function lookAtFeed(ends: boolean): Promise<void> {
    const row = await internals.database.system.selectFrom('connectionAccess').selectAll().where('id', '=', ids.feed).executeTakeFirstOrThrow();
    const due: Due = { id: ids.feed, organisationId, system: 'ical-feed', path: 'feed', health: 'healthy', cursor: row.cursor, failures: 0, breaker: null, lookAsked: 0, lookEnded: 0, lookGoesOn: false, reading: null };
    cut = ends;
    const database = { ...internals.database, withOrganisation: <T>(id: string, work: Parameters<typeof internals.database.withOrganisation<T>>[1]) => internals.database.withOrganisation<T>(id, async (tx) => {
      const value = await work(tx);
      if (cut && value !== null && typeof value === 'number') throw new Error('ended before its commit');
      return value;
    }) };
    const looking = look(due, { store: { ...internals, database }, vendors, http, clock, ids: internals.ids, log: t.log, random: () => 0.5 }, createPace());
    await looking.catch((error: unknown) => {
      if (!cut) throw error;
      deaths += 1;
    });
  }

  let sent = 0;
  async function deliver(fact: World['facts'][number], anew: boolean): Promise<void> {
    sent += 1;
    if (fact.needs) gone.set(fact.needs.appointment, Math.max(gone.get(fact.needs.appointment) ?? -1, fact.needs.step));
    const { system } = SYSTEM[fact.to];
    await store.addDelivery({
      organisationId, connectionId: ids[fact.to], system, vendorEvent: null, mediaType: fact.form === undefined ? 'application/json' : 'application/x-www-form-urlencoded', headers: {},
      deliveryKey: anew ? `${fact.key}#${sent}` : fact.key, bodyText: fact.form ?? JSON.stringify(fact.body), receivedAt: new Date(clock.now()).toISOString(), ...(fact.to === 'calendar' ? { origin: 'poll' as const } : {}),
    });
  }

  for (const step of steps) {
    clock.advance(10);
    if (step.do === 'deliver') await deliver(world.facts[step.fact]!, step.anew);
    else if (step.do === 'batch') await batch(step);
    else if (step.do === 'read') await readInHand();
    else if (step.do === 'kill') await kill();
    else {
      if (step.moves && shown < world.feed.length) shown += 1;
      if (world.feed.length > 0 && shown > 0) await lookAtFeed(step.ends);
    }
  }
  // However it went: in the end everything was sent, looked at and worked on.
  if (world.feed.length > 0) {
    shown = world.feed.length;
    // An empty feed is believed after several looks over an hour.
    for (let n = 0; n < 4; n += 1) {
      await lookAtFeed(false);
      clock.advance(1_900_000);
    }
  }
  for (let idle = 0; idle < 2; ) {
    const moved = await batch({ do: 'batch', limit: 64, ends: 'whole', back: 'all' });
    idle = moved === 0 && inHand.length === 0 && back.length === 0 ? idle + 1 : 0;
    await readInHand();
    // Now and then for longer than what is in hand is kept for us.
    clock.advance(moved % 2 === 0 ? 700_000 : 1);
  }
  return { picture: await pictureOf(t, organisationId, ids), deaths };
}

const stamp = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

function calendarText(entries: Readonly<Record<string, string>>): string {
  const start = Date.parse('2026-12-01T10:00:00.000Z');
  const lines = Object.entries(entries).flatMap(([uid, title]) => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T000000Z', `DTSTART:${stamp(start + uid.charCodeAt(1) * 3_600_000)}`, `DTEND:${stamp(start + (uid.charCodeAt(1) + 1) * 3_600_000)}`, `SUMMARY:${uid} ${title}`, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

async function pictureOf({ store }: TestStore, organisationId: string, ids: Readonly<Record<ConnectionName, string>>): Promise<Picture> {
  const { database } = store.internals;
  const { rows } = await store.snapshot(organisationId);
  const connection = new Map(CONNECTIONS.map((name) => [ids[name], name]));
  const mapped = await database.system.selectFrom('mappings').select(['connectionId', 'remoteType', 'remoteId', 'localId', 'collection', 'told']).where('organisationId', '=', organisationId).execute();
  const names = new Map<string, string[]>();
  // Whoever has let go of a person is not part of who they are.
  const telling = mapped.filter(({ collection, told: said }) => collection !== 'contacts' || Object.keys(said?.says ?? {}).length > 0);
  for (const one of telling) names.set(one.localId, [...(names.get(one.localId) ?? []), `${connection.get(one.connectionId) ?? ''}/${one.remoteType}/${one.remoteId}`]);
  for (const wedding of rows.weddings) names.set(wedding.id, [wedding.title]);
  for (const contact of rows.contacts) if (!names.has(contact.id)) names.set(contact.id, [contact.email ?? '']);
  const nameOf = (id: string | null): string | null => (id === null ? null : (names.get(id) ?? ['?']).sort().join(' '));
  const told = (row: AnyRow): string => {
    const fields = Object.entries(row).filter(([key]) => !LEFT_OUT.includes(key)).map(([key, value]): [string, unknown] => [key, LINKS.includes(key) ? nameOf(value as string | null) : value]);
    return JSON.stringify([nameOf(row.id), Object.fromEntries(fields.sort(([a], [b]) => a.localeCompare(b)))]);
  };
  const picture: Record<string, string[]> = {};
  for (const name of COMPARED) picture[name] = rows[name].map(told).sort();
  const states = await sql<{ state: string; reason: string | null }>`select distinct state, reason from deliveries where organisation_id = ${organisationId} and state not in ('processed', 'ignored')`.execute(database.system);
  picture['unfinished'] = states.rows.map(({ state, reason }) => `${state} ${reason ?? ''}`).sort();
  picture['cards'] = rows.reviewItems.filter((one) => one.state === 'open').map((one) => `${one.kind} ${one.reason} ${nameOf(one.about?.id ?? null) ?? one.title}`).sort();
  const open = rows.alerts.filter((one) => one.state !== 'resolved' && (one.rule === 'payment_failed' || one.rule.startsWith('delivery_')));
  picture['alerts'] = [...new Set(open.map((one) => `${one.rule} ${nameOf(one.subject?.id ?? null) ?? ''}`))].sort();
  return picture;
}
