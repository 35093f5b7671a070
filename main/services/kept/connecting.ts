import { codedError, ErrorCode, type CodedError } from '../../../core/contract/errors.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import type { ChangeConnectionRequest, ConnectAnswer, ConnectRequest, TryAnswer } from '../../../core/contract/systems.ts';
import { addressesOf, callSecrets, movedAddress, unkeepable } from '../../../core/vendors/keeping.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import type { Entered } from '../../../core/vendors/trying.ts';
import type { SystemCalls, TryRequest } from '../../../core/contract/calls/systems.ts';
import type { DeskApi } from './api.ts';
import type { KeptKey, KeptKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import type { TellMarks } from './marks.ts';
import { originOf, tryHere, type TurnPorts } from './turn.ts';

type Answer<T> = Promise<Result<T, CodedError>>;
type Values = Readonly<Record<string, string>>;

/** Connections whose key stays on this desktop: tried out from here, told to the server by name only. */
export interface Keeping {
  tryOut(request: TryRequest): Answer<TryAnswer>;
  /** Errors: `secrets.unavailable` (the keychain refuses; nothing was made), `connect.*`. */
  connect(request: ConnectRequest): Answer<ConnectAnswer>;
  /** The key stays, or comes, here. What is not entered again is taken from the keychain. Errors: as {@link Keeping.connect}. */
  change(connectionId: string, system: string, request: ChangeConnectionRequest): Answer<ConnectAnswer>;
  /** Hands the key over to the server's vault, once the server has tried it out. Errors: `desk.key_missing`, and those of the server. */
  toVault(connectionId: string, evenIfUntested?: boolean): Answer<ConnectAnswer>;
}

export interface KeepingOptions extends Omit<TurnPorts, 'keys'> {
  readonly systems: Pick<SystemCalls, 'connect' | 'change' | 'setup'>;
  readonly keys: KeptKeys;
  readonly lane: Lane;
  readonly desk: Pick<DeskApi, 'trial'>;
  readonly tellMarks: TellMarks;
  readonly newId: () => string;
  /** Something is kept from now on. */
  readonly onKept: () => void;
}

/** What is entered, by where it goes. */
function parted(vendor: VendorModule, secrets: Values): { readonly here: Record<string, string>; readonly server: Record<string, string> } {
  const ours = callSecrets(vendor.manifest, 'native').map((field) => field.key);
  const some = (wanted: boolean) => Object.fromEntries(Object.entries(secrets).filter(([key]) => ours.includes(key) === wanted).map(([key, value]) => [key, value.trim()]));
  return { here: some(true), server: some(false) };
}

const filled = (values: Values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

/** What a test means for going on; as the server's own. */
function verdictOf(tried: TryAnswer, evenIfUntested: boolean): CodedError | null {
  if (tried.outcome !== 'failed' || (tried.retryable && evenIfUntested)) return null;
  const code = tried.retryable ? 'connect.untried' : ErrorCode.catch('connect.refused').parse(tried.code);
  return { ...codedError(code, tried.message, tried.retryable), ...(tried.field === undefined ? {} : { field: tried.field }) };
}

export function createKeeping(options: KeepingOptions): Keeping {
  const { systems, keys, lane, desk, tellMarks, vendors, log, newId, onKept } = options;

  function keepable(system: string): Result<VendorModule, CodedError> {
    const vendor = vendors(system);
    if (!vendor || unkeepable(vendor) !== null) return err(codedError('connect.not_possible', 'the key of this system can only be kept by the server'));
    return ok(vendor);
  }

  /** Whether the keychain takes a key, before anything is made that would need it there. */
  async function keychainTakes(key: KeptKey): Promise<CodedError | null> {
    const probe = newId();
    try {
      await keys.put(probe, key);
      await keys.remove(probe);
      return null;
    } catch (error) {
      log.warn({ error }, 'the keychain refused to keep a key');
      return codedError('secrets.unavailable', 'the keychain of this computer refused the key', true);
    }
  }

  /** After the server knows. If it fails, the connection says that its key is missing, and asks for it. */
  async function put(connectionId: string, key: KeptKey): Promise<void> {
    try {
      await keys.put(connectionId, key);
      onKept();
      await tellMarks();
    } catch (error) {
      log.error({ error, connectionId }, 'the keychain refused to keep a key that the server knows to be here');
    }
  }

  /** Tried out from here, with a line in the audit trail as the server's own trials have one. */
  async function tried(vendor: VendorModule, entered: Entered, connectionId: string | null): Promise<TryAnswer> {
    const answer = await tryHere(vendor, entered, connectionId ?? newId(), options);
    if (answer.outcome === 'untestable') return answer;
    const outcome = answer.outcome === 'worked' ? 'ok' : ErrorCode.catch('connect.refused').parse(answer.code);
    const noted = await desk.trial({ system: vendor.manifest.id, connectionId, outcome });
    // A server that is away is told of by what comes next.
    if (!noted.ok) log.warn({ system: vendor.manifest.id, connectionId, outcome, error: noted.error }, 'the trial of a key could not be noted');
    return answer;
  }

  const withReport = (answer: ConnectAnswer, tried: TryAnswer): ConnectAnswer => ({ ...answer, report: tried.outcome === 'worked' ? tried.report : answer.report });
  const entryOf = (system: string, vendor: VendorModule, fence: number, settings: Values, secrets: Values): KeptKey => ({ system, fence, secrets, addresses: addressesOf(vendor.manifest, 'native', settings, originOf) });

  return {
    async tryOut({ system, settings, secrets }) {
      const vendor = keepable(system);
      return vendor.ok ? ok(await tried(vendor.value, { settings, secrets: filled(secrets) }, null)) : vendor;
    },

    connect: (request) =>
      lane(async () => {
        const vendor = keepable(request.system);
        if (!vendor.ok) return vendor;
        const { here, server } = parted(vendor.value, request.secrets);
        const secrets = filled(here);
        const names = Object.keys(secrets);
        if (names.length === 0) return err(codedError('connect.field_missing', 'there is no key to keep'));
        const key = entryOf(request.system, vendor.value, 0, request.settings, secrets);
        const refusal = await keychainTakes(key);
        if (refusal) return err(refusal);
        const answer = await tried(vendor.value, { settings: request.settings, secrets: { ...server, ...secrets } }, null);
        const problem = verdictOf(answer, request.evenIfUntested === true);
        if (problem) return err(problem);
        const made = await systems.connect({ ...request, secrets: server, keptHere: names });
        if (!made.ok) return made;
        await put(made.value.connection.id, { ...key, fence: made.value.setup.keeper?.fence ?? 0 });
        return ok(withReport(made.value, answer));
      }),

    change: (connectionId, system, request) =>
      lane(async () => {
        const vendor = keepable(system);
        if (!vendor.ok) return vendor;
        const setup = await systems.setup(connectionId);
        if (!setup.ok) return setup;
        let before: KeptKey | null;
        try {
          before = await keys.get(connectionId);
        } catch (error) {
          log.warn({ error, connectionId }, 'the keychain refused to give a key');
          return err(codedError('secrets.unavailable', 'the keychain of this computer refused to give the key', true));
        }
        const { keeper } = setup.value;
        const mine = keeper?.self === true && before?.fence === keeper.fence ? before : null;
        const { here, server } = parted(vendor.value, request.secrets ?? {});
        const secrets = filled({ ...mine?.secrets, ...here });
        const settings = { ...setup.value.settings, ...request.settings };
        const key = entryOf(system, vendor.value, 0, settings, secrets);
        const left = Object.keys(mine?.secrets ?? {}).find((name) => here[name] === undefined);
        if (mine && left !== undefined && movedAddress(mine.addresses, key.addresses) !== null) return err({ ...codedError('connect.field_missing', 'the key is needed again, since the address is another one'), field: left });
        const missing = callSecrets(vendor.value.manifest, 'native').find((field) => field.required && secrets[field.key] === undefined);
        if (missing) return err({ ...codedError('connect.field_missing', `${missing.label} is needed`), field: missing.key });
        if (Object.keys(secrets).length === 0) return err(codedError('connect.field_missing', 'there is no key to keep'));
        const refusal = await keychainTakes(key);
        if (refusal) return err(refusal);
        const answer = await tried(vendor.value, { settings, secrets: { ...server, ...secrets } }, connectionId);
        const problem = verdictOf(answer, request.evenIfUntested === true);
        if (problem) return err(problem);
        const cleared = Object.fromEntries(Object.entries(here).filter(([, value]) => value === ''));
        const changed = await systems.change(connectionId, { ...request, secrets: { ...server, ...cleared }, keptHere: Object.keys(secrets) });
        if (!changed.ok) return changed;
        await put(connectionId, { ...key, fence: changed.value.setup.keeper?.fence ?? 0 });
        return ok(withReport(changed.value, answer));
      }),

    toVault: (connectionId, evenIfUntested = false) =>
      lane(async () => {
        try {
          const key = await keys.get(connectionId);
          if (!key) return err(codedError('desk.key_missing', 'the key is not in the keychain of this computer'));
          const changed = await systems.change(connectionId, { secrets: key.secrets, evenIfUntested });
          if (!changed.ok) return changed;
          await keys.remove(connectionId);
          return changed;
        } catch (error) {
          log.warn({ error, connectionId }, 'the keychain refused while a key was handed over');
          return err(codedError('secrets.unavailable', 'the keychain of this computer refused', true));
        }
      }),
  };
}
