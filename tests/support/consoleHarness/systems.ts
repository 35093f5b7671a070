import { codedError } from '../../../core/contract/errors.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import { err, ok } from '../../../core/contract/result.ts';
import type { ConnectAnswer, ImportPreview, Setup, SystemFace, SystemSummary } from '../../../core/contract/systems.ts';
import { askedFields, isProof, unkeepable } from '../../../core/vendors/keeping.ts';
import { callsComeIn } from '../../../core/vendors/manifest.ts';
import { VENDORS } from '../../../core/vendors/registry.ts';
import type { SystemsCalls } from '../../../renderer/state/backend/systems.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { fixtureId } from '../fixtures/record.ts';
import { KEPT } from './calendars.ts';

const FEED_SECONDS = 900;

// As the server tells it (server/systems/face.ts), which itself cannot be bundled into a page.
function summaryOf({ manifest, poll }: VendorModule, connections: number): SystemSummary {
  const { id, name, category, paths } = manifest;
  const capabilities = { ...manifest.capabilities, webhook: callsComeIn(manifest) };
  return { id, name, category, paths, capabilities, connections, looksEverySeconds: poll?.everySeconds ?? (paths.includes('feed') ? FEED_SECONDS : null) };
}

function faceOf(vendor: VendorModule, connections: number): SystemFace {
  const { oauth, guides, bridge, file, calendarLacks, missing, sources } = vendor.manifest;
  const toldForAddress = guides.some((guide) => guide.path === 'native' && guide.steps.some((step) => step.includes('{webhookUrl}')));
  return {
    ...summaryOf(vendor, connections),
    fields: askedFields(vendor.manifest).map((field) => ({ ...field, input: field.input ?? 'text', choices: field.choices ?? [], paths: field.paths ?? [], initial: field.initial ?? '', later: isProof(field) && field.required && field.input !== 'generated' && toldForAddress, proof: isProof(field) })),
    oauth: oauth !== null,
    unkeepable: unkeepable(vendor),
    guides,
    triggers: bridge?.triggers ?? [],
    columns: (file?.columns ?? []).map(({ key, label, required }) => ({ key, label, required })),
    ...(calendarLacks ? { calendarLacks } : {}),
    missing,
    sources,
  };
}

interface Stage {
  readonly connections: () => readonly Connection[];
  /** Puts a connection into the played record. */
  readonly put: (connection: Connection, created: boolean) => void;
  readonly drop: (connection: Connection) => void;
  readonly now: () => string;
}

/** Typed into a field it plays the part: a refused key, a vendor that is away, a server that is away; as a name, a server that nobody outside can call. */
export const PLAYED = { refused: 'wrong', away: 'away', unreachable: 'no line', indoors: 'indoors' } as const;

const KEEPER: NonNullable<Setup['keeper']> = { deviceId: fixtureId(12, 3), name: 'orangery-tablet', self: false, state: 'here', since: null, fence: 1, keys: ['password'] };

const keeperOf = ({ healthReason, healthSince }: Connection): NonNullable<Setup['keeper']> => (healthReason === 'desk.away' ? { ...KEEPER, state: 'away', since: healthSince } : KEEPER);

/** One that tells, one that will not be renewed, one that was refused; the main one of a server that is reached. */
function playedChannels(now: string): NonNullable<Setup['channels']> {
  const at = (hours: number): string => new Date(Date.parse(now) + hours * 3_600_000).toISOString();
  return {
    callable: true,
    calendars: [
      { calendarId: KEPT.hall, state: 'open', until: at(140), reason: null, againAt: null },
      { calendarId: KEPT.diary, state: 'opening', until: null, reason: 'calendar.refused', againAt: at(1) },
    ],
  };
}

/** The real manifests, with a server that believes everything but the {@link PLAYED} words. */
export function sceneSystems(stage: Stage): SystemsCalls {
  const setups = new Map<string, Setup>();
  const countOf = (system: string): number => stage.connections().filter((row) => row.system === system).length;
  const vendorOf = (system: string) => VENDORS.get(system);
  const setupOf = (row: Connection): Setup => {
    const called = ['native', 'bridge'].includes(row.path) && callsComeIn(vendorOf(row.system)?.manifest ?? { webhook: null });
    const reachable = row.name !== PLAYED.indoors;
    return (
      setups.get(row.id) ?? {
        connectionId: row.id, webhookUrl: called ? `${reachable ? 'https://wedsync.harrow.test' : 'http://127.0.0.1:8443'}/api/integrations/webhook/${row.system}/${row.id}` : null, reachable: called ? reachable : null,
        mailAddress: row.path === 'mail' ? 'k7f3qz9w2m@in.harrow.test' : null, settings: { zone: 'Europe/London', currency: 'GBP' }, secretsSet: ['bearerToken', 'signingSecret'], missing: [], keeper: row.system === 'caldav' ? keeperOf(row) : null,
        leave: row.system === 'google-calendar' ? { given: true, until: null, ended: false, refused: null } : null, forwarding: null,
        ...(row.system === 'google-calendar' ? { channels: playedChannels(stage.now()) } : row.system === 'microsoft-graph' ? { channels: { callable: false, calendars: [] } } : {}),
      }
    );
  };
  const said = (values: Readonly<Record<string, string>>, word: string): boolean => Object.values(values).includes(word);
  const answer = (row: Connection, generated: Record<string, string> = {}): ConnectAnswer => ({ connection: row, setup: setupOf(row), generated, report: null });
  let made = 0;
  const preview = (system: string, csv: string, columns?: Readonly<Record<string, string>>, dateOrder?: string): ImportPreview => {
    const vendor = vendorOf(system);
    const [first = '', ...lines] = csv.trim().split(/\r?\n/);
    const headings = first.split(',');
    const map = columns ?? Object.fromEntries(headings.flatMap((heading) => {
      const column = vendor?.manifest.file?.columns.find((each) => each.headings.includes(heading.trim().toLowerCase()));
      return column ? [[heading, column.key]] : [];
    }));
    const rows = lines.map((line, index) => {
      const cells = line.split(',');
      const values = Object.fromEntries(headings.flatMap((heading, at) => (map[heading] ? [[map[heading], cells[at] ?? '']] : [])));
      const brought = vendor?.file?.bring(values, { zone: 'Europe/London', currency: 'GBP', ...(dateOrder ? { dateOrder: dateOrder === 'mdy' ? 'month_first' : 'day_first' } : {}) });
      return { line: index + 2, values, title: brought?.ok ? (values['title'] ?? values['name'] ?? null) : null, problem: brought?.ok ? null : (brought?.error.message ?? 'no such system') };
    });
    const problems = rows.flatMap(({ line, problem }) => (problem === null ? [] : [{ line, message: problem }]));
    return { headings, columns: map, rows: rows.length, first: rows.slice(0, 20), good: rows.length - problems.length, problems, dateOrderUnclear: /\b0?\d\/0?\d\/\d{4}/.test(csv) };
  };
  const rowOf = (id: string): Connection => {
    const row = stage.connections().find((each) => each.id === id);
    if (!row) throw new Error(`no connection ${id} in this scene`);
    return row;
  };

  return {
    list: async () => ok({ at: stage.now(), systems: [...VENDORS.values()].map((vendor) => summaryOf(vendor, countOf(vendor.manifest.id))).sort((a, b) => a.name.localeCompare(b.name)) }),
    async face(system) {
      const vendor = vendorOf(system);
      return vendor ? ok(faceOf(vendor, countOf(system))) : err(codedError('request.not_found', 'no such system'));
    },
    async tryOut({ secrets, settings }) {
      if (said({ ...settings, ...secrets }, PLAYED.unreachable)) return err(codedError('server.unreachable', 'no line', true));
      if (said(secrets, PLAYED.refused)) return ok({ outcome: 'failed', code: 'connect.refused', message: 'the key is not known', retryable: false });
      if (said(secrets, PLAYED.away)) return ok({ outcome: 'failed', code: 'connect.untried', message: 'no answer within 15 s', retryable: true });
      return ok({ outcome: 'worked', report: { account: 'Harrow House Weddings', details: ['3 job types', 'Studio in Europe/London'] } });
    },
    async connect({ system, path, name, settings, secrets, evenIfUntested }) {
      const vendor = vendorOf(system);
      if (!vendor) return err(codedError('request.not_found', 'no such system'));
      if (said({ ...settings, ...secrets }, PLAYED.unreachable)) return err(codedError('server.unreachable', 'no line', true));
      if (said(secrets, PLAYED.refused)) return err({ ...codedError('connect.refused', 'the key is not known'), field: Object.keys(secrets)[0] ?? '' });
      if (said(secrets, PLAYED.away) && evenIfUntested !== true) return err(codedError('connect.untried', 'away', true));
      made += 1;
      const id = fixtureId(8, 100 + made);
      const row: Connection = { id, version: 1, seq: 0, updatedAt: stage.now(), source: null, system, name: name ?? vendor.manifest.name, path, health: 'waiting', healthReason: null, healthSince: stage.now() };
      const { fields } = faceOf(vendor, 0);
      const missing = fields.filter((field) => field.later && secrets[field.key] === undefined).map((field) => field.key);
      setups.set(id, { ...setupOf(row), settings, secretsSet: Object.keys(secrets), missing, leave: vendor.manifest.oauth ? { given: false, until: null, ended: false, refused: null } : null });
      stage.put(row, true);
      const generated = Object.fromEntries(fields.filter((field) => field.input === 'generated' && (field.paths.length === 0 || field.paths.includes(path))).map((field) => [field.key, 'nX4v0Tq2_8sYb1LrPz7KfHc3WmJ5dGaUe9oViQk6RwE']));
      return ok(answer(row, generated));
    },
    setup: async (id) => ok(setupOf(rowOf(id))),
    async change(id, { name, settings, secrets }) {
      const row = rowOf(id);
      if (secrets && said(secrets, PLAYED.refused)) return err({ ...codedError('connect.refused', 'the key is not known'), field: Object.keys(secrets)[0] ?? '' });
      const setup = setupOf(row);
      setups.set(id, { ...setup, settings: { ...setup.settings, ...settings }, secretsSet: [...new Set([...setup.secretsSet, ...Object.keys(secrets ?? {})])], missing: setup.missing.filter((key) => secrets?.[key] === undefined) });
      const next = { ...row, name: name ?? row.name, version: row.version + 1 };
      stage.put(next, false);
      return ok({ ...answer(next), report: secrets ? { account: 'Harrow House Weddings', details: [] } : null });
    },
    rotate: async (id, key) => ok(answer(rowOf(id), { [key]: 'a-new-one-for-the-photograph' })),
    removal: async (id) => {
      const { path, health } = rowOf(id);
      const off = health === 'paused' || health === 'disabled';
      return ok({ connectionId: id, addresses: path === 'mail' ? ['mail'] : path === 'native' || path === 'bridge' ? ['webhook'] : [], secrets: 1, keptBy: null, called: path === 'native' || path === 'feed', rows: 42, written: 0, deliveries: 130, parked: 1, unfinished: { waiting: 0, held: off ? 3 : 0, refused: off ? 1 : 0 } });
    },
    async remove(id, { unfinished }) {
      const row = rowOf(id);
      if (unfinished === undefined && (row.health === 'paused' || row.health === 'disabled')) return err(codedError('connect.unfinished', 'held'));
      stage.drop(row);
      return ok({ connectionId: id, removedAt: stage.now() });
    },
    look: async (id) => ok({ connectionId: id, nextLookAt: stage.now() }),
    previewImport: async (id, { csv, columns, dateOrder }) => ok(preview(rowOf(id).system, csv, columns, dateOrder)),
    async takeImport(id, { csv, columns, dateOrder }) {
      const { good, problems } = preview(rowOf(id).system, csv, columns, dateOrder);
      return ok({ taken: Math.max(0, good - 1), known: Math.min(1, good), problems });
    },
    // As in a browser: another tab finishes it, and the setup tells.
    async giveLeave(id) {
      setups.set(id, { ...setupOf(rowOf(id)), leave: { given: true, until: null, ended: false, refused: null } });
      return ok({ finished: false, until: new Date(Date.now() + 600_000).toISOString() });
    },
    cancelLeave: async () => ok(true),
    kept: null,
  };
}
