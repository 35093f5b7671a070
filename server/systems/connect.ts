import { sql } from 'kysely';
import { codedError, ErrorCode, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ChangeConnectionRequest, ConnectAnswer, ConnectRequest, TestReport, TryAnswer, TryRequest } from '../../core/contract/systems.ts';
import { draftUpdated } from '../../core/domain/record/drafts.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { tryFailed } from '../../core/vendors/trying.ts';
import type { Asking } from '../desk/desk.ts';
import { accessChanged, createConnection, setAccessIn, setKeptIn, type Kept } from '../store/connections.ts';
import { auditRearmed, type Rearmed } from '../store/rearming.ts';
import { actorOf, type Device } from '../store/store.ts';
import type { z } from 'zod';
import { carriedAway, keptAfter } from './keeping.ts';
import { recoverIn } from './recovering.ts';
import { notFound, notPossible, readAlone, readStanding, setupOf, type Standing, type SystemsDeps } from './standing.ts';
import { tryOut } from './trying.ts';
import { checkValues, fieldsOf, madeUpSecret, type CheckedValues, type Entered } from './values.ts';

/** Trying out, connecting, changing and rotating. Nothing is kept of what was only tried. */

/** A person waits for it. */
const DESK_TRY_MS = 18_000;

type Change = z.infer<typeof ChangeConnectionRequest>;

/** Errors: `request.not_found`, `connect.path_unknown`. */
function vendorFor({ vendors }: SystemsDeps, system: string, path: ConnectRequest['path']): Result<VendorModule, CodedError> {
  const vendor = vendors(system);
  if (!vendor) return err(codedError('request.not_found', 'There is no such system.'));
  return vendor.manifest.paths.includes(path) ? ok(vendor) : err(codedError('connect.path_unknown', `${vendor.manifest.name} cannot be connected that way.`));
}

/** Errors: as {@link checkValues}; what the vendor says is no error but the answer. */
export async function tryWith(deps: SystemsDeps, organisationId: string, wanted: z.infer<typeof TryRequest>): Promise<Result<TryAnswer, CodedError>> {
  const vendor = vendorFor(deps, wanted.system, wanted.path);
  if (!vendor.ok) return vendor;
  const checked = checkValues(vendor.value.manifest, wanted.path, wanted, { standing: null, secretsLater: false });
  if (!checked.ok) return checked;
  return ok(await tryOut(vendor.value, wanted.path, checked.value, { ...deps, organisationId }));
}

/** What a test means for going on: its report, or why it does not go on. A wrong key always stops it. */
function verdictOf(answer: TryAnswer, evenIfUntested: boolean): Result<TestReport | null, CodedError> {
  switch (answer.outcome) {
    case 'worked':
      return ok(answer.report);
    case 'untestable':
      return ok(null);
    case 'failed': {
      const field = answer.field === undefined ? {} : { field: answer.field };
      if (answer.retryable) return evenIfUntested ? ok(null) : err({ ...codedError('connect.untried', answer.message, true), ...field });
      return err({ ...codedError(ErrorCode.catch('connect.refused').parse(answer.code), answer.message), ...field });
    }
  }
}

async function told(deps: SystemsDeps, device: Device, connectionId: string, origin: string, generated: Readonly<Record<string, string>>, report: TestReport | null): Promise<Result<ConnectAnswer, CodedError>> {
  const standing = await readAlone(deps, device.organisationId, connectionId);
  if (!standing.ok) return standing;
  return ok({ connection: standing.value.row, setup: await setupOf(standing.value, deps, { deviceId: device.id, organisationId: device.organisationId, origin }), generated: { ...generated }, report });
}

/** The desktop that keeps the key tries out what somebody has changed elsewhere. */
async function tryAtDesk({ desk }: SystemsDeps, vendor: VendorModule, asking: Omit<Asking, 'ask'>): Promise<TryAnswer> {
  if (!vendor.test) return { outcome: 'untestable' };
  const asked = (await desk?.ask({ ...asking, ask: { kind: 'test' } }, DESK_TRY_MS)) ?? null;
  if (asked?.kind !== 'answered') return tryFailed('The computer that keeps the key is not there to try it out.', true);
  const { answer } = asked;
  if (answer.outcome === 'tried') return answer.tried;
  return answer.outcome === 'refused' ? { outcome: 'failed', code: answer.code, message: 'The computer that keeps the key could not try it out.', retryable: false } : tryFailed('The computer that keeps the key could not try it out.', true);
}

/**
 * Errors: `request.not_found`, `connect.path_unknown`, `connect.field_*`, `connect.address_wrong`, `connect.refused`, `connect.untried`. `origin` =
 * how the caller reached this server.
 */
export async function connect(deps: SystemsDeps, device: Device, wanted: ConnectRequest, origin: string): Promise<Result<ConnectAnswer, CodedError>> {
  const vendor = vendorFor(deps, wanted.system, wanted.path);
  if (!vendor.ok) return vendor;
  const { manifest } = vendor.value;
  const kept = keptAfter(vendor.value, wanted.path, null, wanted, device);
  if (!kept.ok) return kept;
  const checked = checkValues(manifest, wanted.path, wanted, { standing: null, secretsLater: wanted.secretsLater === true, kept: kept.value?.keys ?? [] });
  if (!checked.ok) return checked;
  const { settings, secrets, generated, missing } = checked.value;
  // The desktop that keeps the key has tried it out before it asked.
  const tried: TryAnswer = missing.length > 0 || kept.value !== null ? { outcome: 'untestable' } : await tryOut(vendor.value, wanted.path, checked.value, { ...deps, organisationId: device.organisationId });
  const verdict = verdictOf(tried, wanted.evenIfUntested === true);
  if (!verdict.ok) return verdict;
  const { organisationId } = device;
  const made = await createConnection(deps.internals, { organisationId, system: manifest.id, name: wanted.name ?? manifest.name, path: wanted.path, settings, secrets, kept: kept.value, actor: actorOf(device) });
  deps.internals.callWorkers();
  return told(deps, device, made.connectionId, origin, generated, verdict.value);
}

const sameValues = (a: Entered['settings'], b: Entered['settings']): boolean => {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
};

async function renameIn(writing: Parameters<typeof recoverIn>[1], device: Device, row: Connection, name: string): Promise<void> {
  const draft = draftUpdated('connection.renamed', 'connections', null, row, { name }, null, { actor: actorOf(device), source: null, deliveryId: null });
  if (draft) await writing.record([draft]);
}

/** Ids, address and history stay. Errors: as {@link connect}. */
export async function changeConnection(deps: SystemsDeps, device: Device, connectionId: string, wanted: Change, origin: string): Promise<Result<ConnectAnswer, CodedError>> {
  const { organisationId } = device;
  const entered: Entered = { settings: wanted.settings ?? {}, secrets: wanted.secrets ?? {} };
  const before = await readAlone(deps, organisationId, connectionId);
  if (!before.ok) return before;
  const { vendor, row } = before.value;
  const away = carriedAway(before.value, entered, wanted.keptHere);
  if (away) return err(away);
  /** Against what stands, and who keeps what of it. */
  const valuesAgainst = (standing: Standing): Result<{ readonly kept: Kept | null; readonly values: CheckedValues }, CodedError> => {
    const kept = keptAfter(vendor, row.path, standing, { secrets: entered.secrets, keptHere: wanted.keptHere }, device);
    if (!kept.ok) return kept;
    const values = checkValues(vendor.manifest, row.path, entered, { standing, secretsLater: false, kept: kept.value?.keys ?? [] });
    return values.ok ? ok({ kept: kept.value, values: values.value }) : values;
  };
  const checked = valuesAgainst(before.value);
  if (!checked.ok) return checked;
  const { kept, values } = checked.value;
  const handedOver = (kept?.deviceId ?? null) !== before.value.keptBy;
  const renewed = handedOver || wanted.keptHere !== undefined || !sameValues(values.settings, before.value.settings) || !sameValues(values.secrets, before.value.secrets);
  const untested = !renewed || values.missing.length > 0 || wanted.keptHere !== undefined;
  const { settings } = values;
  const tried: TryAnswer = untested ? { outcome: 'untestable' } : kept ? await tryAtDesk(deps, vendor, { organisationId, connectionId, system: vendor.manifest.id, settings, mark: before.value.keptMark }) : await tryOut(vendor, row.path, values, { ...deps, organisationId }, connectionId);
  const verdict = verdictOf(tried, wanted.evenIfUntested === true);
  if (!verdict.ok) return verdict;
  const done = await deps.internals.writer.write(organisationId, async (writing): Promise<Result<{ readonly generated: Readonly<Record<string, string>>; readonly rearmed: readonly Rearmed[] }, CodedError>> => {
    const now = await readStanding(deps, writing.tx, organisationId, connectionId);
    if (!now.ok) return now;
    // Against what stands now: tokens may have been renewed while it was tried out.
    const after = valuesAgainst(now.value);
    if (!after.ok) return after;
    const rearmed: Rearmed[] = [];
    if (renewed) {
      await setAccessIn(deps.internals, writing.tx, organisationId, connectionId, after.value.values);
      await setKeptIn(writing.tx, organisationId, connectionId, after.value.kept, wanted.keptHere !== undefined);
      // A desktop that keeps the key has tried it out itself.
      rearmed.push(await recoverIn(deps.internals, writing, organisationId, now.value.row, { works: tried.outcome === 'worked' || wanted.keptHere !== undefined, actor: actorOf(device) }));
    }
    if (wanted.name !== undefined) {
      const current = await readStanding(deps, writing.tx, organisationId, connectionId);
      if (current.ok) await renameIn(writing, device, current.value.row, wanted.name);
    }
    return ok({ generated: after.value.values.generated, rearmed });
  });
  if (!done.ok) return done;
  accessChanged(deps.internals, connectionId);
  if (renewed) {
    deps.internals.callWorkers();
    deps.internals.callLooks();
  }
  auditRearmed(deps.internals, actorOf(device), done.value.rearmed);
  return told(deps, device, connectionId, origin, done.value.generated, verdict.value);
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
  return told(deps, device, connectionId, origin, { [key]: made }, null);
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
  deps.internals.callLooks();
  return ok(now);
}
