import { sql } from 'kysely';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ChangeConnectionRequest, ConnectAnswer, ConnectRequest, TestReport, TryAnswer, TryRequest } from '../../core/contract/systems.ts';
import { draftUpdated } from '../../core/domain/record/drafts.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { accessChanged, createConnection, setAccessIn } from '../store/connections.ts';
import { actorOf, type Device } from '../store/store.ts';
import type { z } from 'zod';
import { recoverIn } from './recovering.ts';
import { notFound, notPossible, readAlone, readStanding, setupOf, type Standing, type SystemsDeps } from './standing.ts';
import { tryOut } from './trying.ts';
import { checkValues, fieldsOf, madeUpSecret, type Entered } from './values.ts';

/** Trying out, connecting, changing and rotating. Nothing is kept of what was only tried. */

type Change = z.infer<typeof ChangeConnectionRequest>;

/** Errors: `request.not_found`, `connect.path_unknown`. */
function vendorFor({ vendors }: SystemsDeps, system: string, path: ConnectRequest['path']): Result<VendorModule, CodedError> {
  const vendor = vendors(system);
  if (!vendor) return err(codedError('request.not_found', 'There is no such system.'));
  return vendor.manifest.paths.includes(path) ? ok(vendor) : err(codedError('connect.path_unknown', `${vendor.manifest.name} cannot be connected that way.`));
}

/** Errors: as {@link checkValues}; what the vendor says is no error but the answer. */
export async function tryWith(deps: SystemsDeps, wanted: z.infer<typeof TryRequest>): Promise<Result<TryAnswer, CodedError>> {
  const vendor = vendorFor(deps, wanted.system, wanted.path);
  if (!vendor.ok) return vendor;
  const checked = checkValues(vendor.value.manifest, wanted.path, wanted, { standing: null, secretsLater: false });
  if (!checked.ok) return checked;
  return ok(await tryOut(vendor.value, wanted.path, checked.value, deps));
}

/** What a test means for going on: its report, or why it does not go on. A wrong key always stops it. */
function verdictOf(answer: TryAnswer, evenIfUntested: boolean): Result<TestReport | null, CodedError> {
  switch (answer.outcome) {
    case 'worked':
      return ok(answer.report);
    case 'untestable':
      return ok(null);
    case 'failed':
      if (answer.retryable) return evenIfUntested ? ok(null) : err(codedError('connect.untried', answer.message, true));
      return err(codedError('connect.refused', answer.message));
  }
}

const answerOf = (deps: SystemsDeps, standing: Standing, origin: string, generated: Readonly<Record<string, string>>, report: TestReport | null): ConnectAnswer => ({
  connection: standing.row,
  setup: setupOf(standing, deps, origin),
  generated: { ...generated },
  report,
});

async function told(deps: SystemsDeps, organisationId: string, connectionId: string, origin: string, generated: Readonly<Record<string, string>>, report: TestReport | null): Promise<Result<ConnectAnswer, CodedError>> {
  const standing = await readAlone(deps, organisationId, connectionId);
  return standing.ok ? ok(answerOf(deps, standing.value, origin, generated, report)) : standing;
}

/**
 * Errors: `request.not_found`, `connect.path_unknown`, `connect.field_*`, `connect.refused`, `connect.untried`. `origin` =
 * how the caller reached this server.
 */
export async function connect(deps: SystemsDeps, device: Device, wanted: ConnectRequest, origin: string): Promise<Result<ConnectAnswer, CodedError>> {
  const vendor = vendorFor(deps, wanted.system, wanted.path);
  if (!vendor.ok) return vendor;
  const { manifest } = vendor.value;
  const checked = checkValues(manifest, wanted.path, wanted, { standing: null, secretsLater: wanted.secretsLater === true });
  if (!checked.ok) return checked;
  const { settings, secrets, generated, missing } = checked.value;
  const tried: TryAnswer = missing.length > 0 ? { outcome: 'untestable' } : await tryOut(vendor.value, wanted.path, checked.value, deps);
  const verdict = verdictOf(tried, wanted.evenIfUntested === true);
  if (!verdict.ok) return verdict;
  const { organisationId } = device;
  const made = await createConnection(deps.internals, { organisationId, system: manifest.id, name: wanted.name ?? manifest.name, path: wanted.path, settings, secrets, actor: actorOf(device) });
  deps.internals.callWorkers();
  return told(deps, organisationId, made.connectionId, origin, generated, verdict.value);
}

const sameValues = (a: Entered['settings'], b: Entered['settings']): boolean => {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
};

async function renameIn(writing: Parameters<typeof recoverIn>[1], device: Device, row: Connection, name: string): Promise<void> {
  const draft = draftUpdated('connection.renamed', 'connections', null, row, { name }, null, { actor: actorOf(device), source: null, deliveryId: null });
  if (draft) await writing.record([draft]);
}

/**
 * A secret must not be sent to another address than the one that it was entered for: otherwise whoever may change the
 * address could read the secret there. It is entered again, or (tokens of a leave) let go. Null = nothing is wrong.
 */
function carriedAway({ vendor, row, settings, secrets }: Standing, entered: Entered): CodedError | null {
  const originOf = (text: string | undefined) => URL.parse(text ?? '')?.origin ?? '';
  const fields = fieldsOf(vendor.manifest, row.path);
  const moved = fields.some((field) => !field.sensitive && field.input === 'url' && entered.settings[field.key] !== undefined && originOf(entered.settings[field.key]) !== originOf(settings[field.key]));
  if (!moved) return null;
  const kept = fields.find((field) => field.sensitive && field.input !== 'generated' && secrets[field.key] && !entered.secrets[field.key]);
  if (kept) return { ...codedError('connect.field_missing', `${kept.label} is needed again, since the address is another one.`), field: kept.key };
  return secrets['accessToken'] && vendor.manifest.oauth !== null ? codedError('connect.not_possible', 'Connect it anew: leave that was given is for the address that it was given for.') : null;
}

/** Ids, address and history stay. Errors: as {@link connect}. */
export async function changeConnection(deps: SystemsDeps, device: Device, connectionId: string, wanted: Change, origin: string): Promise<Result<ConnectAnswer, CodedError>> {
  const { organisationId } = device;
  const entered: Entered = { settings: wanted.settings ?? {}, secrets: wanted.secrets ?? {} };
  const before = await readAlone(deps, organisationId, connectionId);
  if (!before.ok) return before;
  const { vendor, row } = before.value;
  const away = carriedAway(before.value, entered);
  if (away) return err(away);
  const checked = checkValues(vendor.manifest, row.path, entered, { standing: before.value, secretsLater: false });
  if (!checked.ok) return checked;
  const renewed = !sameValues(checked.value.settings, before.value.settings) || !sameValues(checked.value.secrets, before.value.secrets);
  const tried: TryAnswer = !renewed || checked.value.missing.length > 0 ? { outcome: 'untestable' } : await tryOut(vendor, row.path, checked.value, deps, connectionId);
  const verdict = verdictOf(tried, wanted.evenIfUntested === true);
  if (!verdict.ok) return verdict;
  const done = await deps.internals.writer.write(organisationId, async (writing): Promise<Result<Readonly<Record<string, string>>, CodedError>> => {
    const now = await readStanding(deps, writing.tx, organisationId, connectionId);
    if (!now.ok) return now;
    // Against what stands now: tokens may have been renewed while it was tried out.
    const values = checkValues(vendor.manifest, row.path, entered, { standing: now.value, secretsLater: false });
    if (!values.ok) return values;
    if (renewed) {
      await setAccessIn(deps.internals, writing.tx, organisationId, connectionId, values.value);
      await recoverIn(deps.internals, writing, organisationId, now.value.row, { works: tried.outcome === 'worked', actor: actorOf(device) });
    }
    if (wanted.name !== undefined) {
      const current = await readStanding(deps, writing.tx, organisationId, connectionId);
      if (current.ok) await renameIn(writing, device, current.value.row, wanted.name);
    }
    return ok(values.value.generated);
  });
  if (!done.ok) return done;
  accessChanged(deps.internals, connectionId);
  if (renewed) deps.internals.callWorkers();
  return told(deps, organisationId, connectionId, origin, done.value, verdict.value);
}

/** A new made-up secret; the one before stays valid as `<key>Previous`, where the system knows one. Errors: `request.not_found`, `connect.not_possible`. */
export async function rotate(deps: SystemsDeps, device: Device, connectionId: string, key: string, origin: string): Promise<Result<ConnectAnswer, CodedError>> {
  const { organisationId } = device;
  const made = madeUpSecret();
  const done = await deps.internals.writer.write(organisationId, async ({ tx }): Promise<Result<true, CodedError>> => {
    const standing = await readStanding(deps, tx, organisationId, connectionId);
    if (!standing.ok) return standing;
    const { vendor, row, settings, secrets } = standing.value;
    const fields = fieldsOf(vendor.manifest, row.path);
    if (!fields.some((field) => field.key === key && field.input === 'generated')) return notPossible(`${vendor.manifest.name} has no secret of that name that is made up here.`);
    const before = secrets[key];
    const overlaps = before !== undefined && fields.some((field) => field.key === `${key}Previous`);
    await setAccessIn(deps.internals, tx, organisationId, connectionId, { settings, secrets: { ...secrets, [key]: made, ...(overlaps ? { [`${key}Previous`]: before } : {}) } });
    return ok(true);
  });
  if (!done.ok) return done;
  accessChanged(deps.internals, connectionId);
  return told(deps, organisationId, connectionId, origin, { [key]: made }, null);
}

/** Looks at the source now. Errors: `request.not_found`, `connect.not_possible` (it is not looked at, or paused). */
export async function lookNow(deps: SystemsDeps, organisationId: string, connectionId: string): Promise<Result<string, CodedError>> {
  const standing = await readAlone(deps, organisationId, connectionId);
  if (!standing.ok) return standing;
  const { row, vendor } = standing.value;
  if (!(row.path === 'feed' || (row.path === 'native' && vendor.poll))) return notPossible(`${vendor.manifest.name} is not looked at: it delivers by itself.`);
  if (row.health === 'paused' || row.health === 'disabled') return notPossible('It is paused; it is looked at when it is resumed.');
  const now = new Date(deps.clock.now()).toISOString();
  const moved = await deps.internals.database.withOrganisation(organisationId, (tx) =>
    sql`update connection_access set next_poll_at = ${now}::timestamptz where organisation_id = ${organisationId} and id = ${connectionId} returning id`.execute(tx),
  );
  if (moved.rows.length === 0) return notFound();
  deps.internals.callWorkers();
  return ok(now);
}
