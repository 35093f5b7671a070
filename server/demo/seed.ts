import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Actor } from '../../core/contract/events.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import type { DraftContext } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import { createConnection, readConnectionAccess, setSettings, showIntakeKey } from '../store/connections.ts';
import type { OpenedStore, StoreInternals } from '../store/internals.ts';
import { createOrganisation } from '../store/organisations.ts';
import { readRows } from '../store/rows.ts';
import type { DemoCard, DemoConnection, DemoWedding } from './card.ts';
import { storyDrafts } from './create.ts';
import { moveDrafts } from './move.ts';
import { HOUSE, WEDDINGS } from './story.ts';

/** The demo's studio is played on this machine. */
export const demoStudioUrl = (port: number): string => `http://127.0.0.1:${port}/api/v2`;
const STUDIO_PORT = 4319;

export interface SeedOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where `demo.json` goes. */
  readonly dataDir: string;
  readonly serverUrl: string;
  readonly vscoBaseUrl?: string;
}

const ACTOR: Actor = { kind: 'demo', id: null, name: 'Demo' };
const CONTEXT: DraftContext = { actor: ACTOR, source: null, deliveryId: null };

/**
 * Makes the demo venue, or brings the one that is there to today, and writes `demo.json`. May be called at every
 * start: what is there is kept, what is missing (after a start that was cut short) is added. Servers that start at once
 * on one database take turns, so that there is one demo.
 */
export async function seedDemo(store: Pick<OpenedStore, 'internals'>, options: SeedOptions): Promise<DemoCard> {
  return store.internals.peers.oneAtATime(() => seed({ ...store.internals, clock: options.clock, ids: options.ids }, options));
}

async function seed(internals: StoreInternals, options: SeedOptions): Promise<DemoCard> {
  const organisationId = await findDemo(internals);
  await internals.writer.write(organisationId, async ({ tx, record }) => {
    const weddings = await readRows(tx, organisationId, 'weddings', null);
    const now = options.clock.now();
    await record(weddings.length === 0 ? storyDrafts(now, options.ids, CONTEXT) : await moveDrafts(tx, organisationId, now, CONTEXT));
  });
  const connections = await demoConnections(internals, organisationId, options.vscoBaseUrl ?? demoStudioUrl(STUDIO_PORT));
  const weddings = await demoWeddings(internals, organisationId, options.clock.now());
  const card: DemoCard = { organisationId, serverUrl: options.serverUrl, connections, weddings };
  writePrivately(path.join(options.dataDir, 'demo.json'), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

async function findDemo(internals: StoreInternals): Promise<string> {
  const found = await internals.database.system.selectFrom('organisations').select('id').where('demo', '=', true).orderBy('createdAt').limit(1).executeTakeFirst();
  if (found) return found.id;
  const { id } = await createOrganisation(internals, { ...HOUSE, demo: true });
  return id;
}

interface Wanted {
  readonly system: string;
  readonly name: string;
  readonly path: Connection['path'];
  readonly settings: Record<string, string>;
  /** Made anew for every demo: nothing that opens a door stands in the source. */
  readonly secrets: () => Record<string, string>;
}

const wantedConnections = (vscoBaseUrl: string): readonly Wanted[] => [
  { system: 'stripe', name: 'Stripe', path: 'native', settings: {}, secrets: () => ({ signingSecret: `whsec_${randomBytes(24).toString('hex')}` }) },
  { system: 'vsco-workspace', name: 'VSCO Workspace (Foxglove Photography)', path: 'native', settings: { baseUrl: vscoBaseUrl }, secrets: () => ({ apiKey: randomBytes(24).toString('base64url') }) },
  { system: 'honeybook', name: 'HoneyBook through Zapier', path: 'bridge', settings: {}, secrets: () => ({ bearerToken: randomBytes(24).toString('base64url') }) },
];

async function demoConnections(internals: StoreInternals, organisationId: string, vscoBaseUrl: string): Promise<DemoConnection[]> {
  const present = await internals.database.withOrganisation(organisationId, (tx) => readRows(tx, organisationId, 'connections', null));
  const connections: DemoConnection[] = [];
  for (const { system, name, path: kind, settings, secrets } of wantedConnections(vscoBaseUrl)) {
    const known = present.find((row) => row.system === system)?.id;
    const connectionId = known ?? (await createConnection(internals, { organisationId, system, name, path: kind, settings, secrets: secrets(), actor: ACTOR, looked: false })).connectionId;
    if (known) await setSettings(internals, organisationId, connectionId, settings);
    const access = await readConnectionAccess(internals, organisationId, connectionId);
    const key = await showIntakeKey(internals, organisationId, connectionId);
    if (!access.ok) throw new Error(access.error.message);
    if (!key.ok) throw new Error(key.error.message);
    connections.push({ system, connectionId, path: `/api/integrations/webhook/${system}/${key.value}`, secrets: access.value.secrets, settings: access.value.settings });
  }
  return connections;
}

async function demoWeddings(internals: StoreInternals, organisationId: string, now: number): Promise<DemoWedding[]> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const weddings = await readRows(tx, organisationId, 'weddings', null);
    return weddings
      .sort((a, b) => a.startsAt.localeCompare(b.startsAt))
      .flatMap(({ id, title, date, zone, startsAt, endsAt }) => {
        const story = WEDDINGS.find((one) => one.title === title);
        if (!story) return [];
        const { coupleName, coupleEmail } = story;
        return [{ id, title, date, zone, startsAt, endsAt, coupleName, coupleEmail, today: date === localDate(zone, now) }];
      });
  });
}

/** It holds secrets: for its owner only from the first byte on, and never half written. */
function writePrivately(file: string, text: string): void {
  const beside = `${file}.${process.pid}.tmp`;
  fs.rmSync(beside, { force: true });
  fs.writeFileSync(beside, text, { mode: 0o600, flag: 'wx' });
  fs.renameSync(beside, file);
}
