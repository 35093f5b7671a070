import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { openStore } from '../../../server/store/open.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';

export interface Venue {
  readonly weddingId: string;
  /** Webhook paths, one for each integration. */
  readonly paths: readonly string[];
  /** Device tokens, one for each console. */
  readonly tokens: readonly string[];
}

export interface Wanted {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly masterKey: Uint8Array;
  readonly venues: number;
  readonly integrationsEach: number;
  readonly consolesEach: number;
  /** Consoles of the first venue, for the case of everybody in one house. */
  readonly consolesOfFirst: number;
  readonly signingSecret: string;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Venues with one wedding today, their integrations and consoles, made straight in the record before a server runs on it. */
export async function makeVenues(wanted: Wanted): Promise<Venue[]> {
  const ids = createIds();
  const opened = await openStore({ dataDir: wanted.dataDir, databaseUrl: wanted.databaseUrl, masterKey: wanted.masterKey, clock: systemClock, ids, log: quiet });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const actor = { kind: 'system', id: null, name: 'bench' } as const;

  const one = async (n: number): Promise<Venue> => {
    const { id: organisationId } = await createOrganisation(store.internals, { name: `Venue ${n}`, zone: 'Europe/London', currency: 'GBP', demo: false });
    const weddingId = ids.next();
    const now = new Date().toISOString();
    const row = { id: weddingId, title: `Wedding ${n}`, date: now.slice(0, 10), zone: 'Europe/London', startsAt: now, endsAt: new Date(Date.now() + 6 * 3_600_000).toISOString(), room: null, status: 'confirmed' as const, guestCount: 100 };
    await store.internals.writer.write(organisationId, ({ record }) => record([draftCreated('wedding.created', 'weddings', weddingId, row, null, { actor, source: null, deliveryId: null })]));
    const paths: string[] = [];
    for (let i = 0; i < wanted.integrationsEach; i += 1) {
      const made = await createConnection(store.internals, { organisationId, system: 'stripe', name: `Stripe ${i}`, path: 'native', settings: {}, secrets: { signingSecret: wanted.signingSecret }, actor });
      paths.push(`/api/integrations/webhook/stripe/${made.intakeKey}`);
    }
    const tokens: string[] = [];
    for (let i = 0; i < (n === 0 ? wanted.consolesOfFirst : wanted.consolesEach); i += 1) {
      const enrolled = await store.enrol(await store.mintTicket(organisationId), { name: `Console ${i}`, kind: 'tool' });
      if (!enrolled.ok) throw new Error(enrolled.error);
      tokens.push(enrolled.value.token);
    }
    return { weddingId, paths, tokens };
  };

  const venues: Venue[] = [];
  for (let from = 0; from < wanted.venues; from += 8) venues.push(...(await Promise.all(Array.from({ length: Math.min(8, wanted.venues - from) }, (_, i) => one(from + i)))));
  await store.close();
  return venues;
}
