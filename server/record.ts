import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { codedError, type CodedError } from '../core/contract/errors.ts';
import { HouseFields } from '../core/contract/founding.ts';
import { loadConfig, type Config } from './config.ts';
import { foundFromCommandLine } from './founding/fromCommandLine.ts';
import { knownCurrency, knownZone } from './founding/known.ts';
import { createLog } from './log.ts';
import { createIds } from './ports.ts';
import { readMasterKey, readNewKey, replaceMasterKey } from './masterKey.ts';
import { applyErasures, listErasures, readErasures } from './privacy/maintain.ts';
import { retentionOnce } from './privacy/maintainRetention.ts';
import type { Difference, Rebuilt } from './store/rebuild.ts';
import { backupRecord, checkBackup, checkRecord, markPlatformAdmin, rebuildRecord, restoreRecord, type Home, type Maintenance } from './store/maintain.ts';
import { rekeyRecord } from './store/rekey.ts';
import { createVault } from './store/vault.ts';
import type { Verified } from './store/verify.ts';

/** `npm run record`: care of the record from the command line. Ends with 0; 1 = refused, or the record is not sound; 2 = not understood. */

const USAGE = `npm run record -- <command>
  backup FILE                       everything at one moment, into a new file
  restore FILE [--into DIR|URL]     a backup into an empty home; --replace drops what is there;
                                    --erasures LIST erases again whoever was erased since
  verify [FILE]                     the record: log, audit chains, projections; or a backup file
  rebuild [--apply]                 plays the log and compares; --apply puts right what differs
  found --name NAME --zone ZONE --currency CODE
                                    the first venue of a server, and a link for its owner that works once
  platform-admin EMAIL [--revoke]   marks an account as the platform's own, which no venue can
  erasures FILE                     who was erased, ids and times only, into a new file
  erasures apply --from FILE        erases them again, after an older backup was restored
  rekey --new-key-file FILE         seals every credential with another master key, and puts it in place;
                                    the file is made when there is none
  retention [--now]                 what need not be kept any more; --now lets it go
The record is where the server's is: WEDSYNC_DATA_DIR or DATABASE_URL, --data-dir or --database-url.
On the embedded database the server must be stopped; on PostgreSQL backup, verify, rebuild and found run beside it.
`;

const OPTIONS = {
  into: { type: 'string' },
  replace: { type: 'boolean', default: false },
  apply: { type: 'boolean', default: false },
  revoke: { type: 'boolean', default: false },
  from: { type: 'string' },
  erasures: { type: 'string' },
  now: { type: 'boolean', default: false },
  'new-key-file': { type: 'string' },
  name: { type: 'string' },
  zone: { type: 'string' },
  currency: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'data-dir': { type: 'string' },
  'database-url': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

class Usage extends Error {}

const say = (text: string) => void process.stdout.write(`${text}\n`);
const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

/** One line that counts, on a terminal only. */
const SHOW_MS = 100;
let shownAt = 0;
function progress(what: string, rows: number): void {
  if (!process.stderr.isTTY || Date.now() - shownAt < SHOW_MS) return;
  shownAt = Date.now();
  process.stderr.write(`\r\x1b[K  ${what} ${rows.toLocaleString('en-GB')}`);
}
function progressEnds(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function configOf(values: { 'data-dir'?: string | undefined; 'database-url'?: string | undefined }): Config {
  const flags = (['data-dir', 'database-url'] as const).flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
  const loaded = loadConfig(flags, process.env, process.cwd());
  if (!loaded.ok) throw new Usage(loaded.error.map((problem) => problem.message).join('\n'));
  if (loaded.value.kind === 'help') throw new Usage(USAGE);
  return loaded.value.config;
}

function homeOf(values: { into?: string | undefined; 'data-dir'?: string | undefined; 'database-url'?: string | undefined }): Home {
  const { dataDir, databaseUrl } = configOf(values);
  const { into } = values;
  if (into === undefined) return { dataDir, databaseUrl };
  return /^postgres(ql)?:\/\//.test(into) ? { dataDir, databaseUrl: into } : { dataDir: path.resolve(into), databaseUrl: null };
}

function refuse(error: CodedError): number {
  process.stderr.write(`${error.message} [${error.code}]\n`);
  return 1;
}

const KINDS = { missing: 'is missing', surplus: 'is not in the log', different: 'differs' } as const;
function tellDifferences({ events, differing, differences }: Rebuilt): void {
  const told = (one: Difference) => `  ${one.collection} ${one.id} ${KINDS[one.kind]}${one.fields.length > 0 ? `: ${one.fields.join(', ')}` : ''} (organisation ${one.organisationId})`;
  differences.forEach((one) => say(told(one)));
  if (differing > differences.length) say(`  and ${differing - differences.length} more`);
  say(`${count(events, 'event')} played; ${differing === 0 ? 'the projections are what the log says' : `${count(differing, 'row')} of the projections are not what the log says`}`);
}

const BREAKS = { missing: 'is missing', altered: 'was altered', cut: 'is where lines were taken from the end', cut_unproven: 'is where earlier lines were let go, and no line says so' } as const;
function tellVerified(verified: Verified): void {
  for (const { organisationId, seq, lastSeq } of verified.logBreaks) say(`  log of organisation ${organisationId}: not whole at position ${seq}; it should go from 1 to ${lastSeq}`);
  for (const { organisationId, position, kind } of verified.audit.breaks) say(`  audit chain of ${organisationId === null ? 'the server' : `organisation ${organisationId}`}: position ${position} ${BREAKS[kind]}`);
  say(`${count(verified.logs, 'log')}${verified.logBreaks.length === 0 ? ' without a gap' : ` checked, ${verified.logBreaks.length} not whole`}; ${count(verified.audit.lines, 'audit line')} in ${count(verified.audit.chains, 'chain')}${verified.audit.breaks.length === 0 ? '' : `, ${verified.audit.breaks.length} broken`}`);
  tellDifferences(verified.projections);
  say(verified.sound ? 'The record is sound.' : 'The record is NOT sound.');
}

async function backup(options: Maintenance, file: string): Promise<number> {
  const part = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.part`);
  const interrupted = () => {
    rmSync(part, { force: true });
    process.exit(130);
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  const done = await backupRecord(options, file);
  progressEnds();
  if (!done.ok) return refuse(done.error);
  const { manifest, bytes } = done.value;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  say(`${file}: ${count(rows, 'row')} of ${count(manifest.tables.length, 'table')}, ${count(bytes, 'byte')}, SHA-256 of the content ${manifest.sha256}`);
  say('Stored credentials are in it as they are kept, encrypted. The master key (master.key or WEDSYNC_MASTER_KEY) is NOT in it: keep it apart, each is useless without the other.');
  return 0;
}

/** With a list of erasures nothing is restored unless the list can be read; a server may start only after both. */
async function restore(options: Maintenance, file: string, replace: boolean, erasures: string | null): Promise<number> {
  const list = erasures === null ? null : await readErasures(erasures);
  if (list && !list.ok) return refuse(list.error);
  const done = await restoreRecord(options, file, replace);
  progressEnds();
  if (!done.ok) return refuse(done.error);
  const { header, manifest, epoch } = done.value;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  say(`Restored ${count(rows, 'row')} of ${count(manifest.tables.length, 'table')} as of ${header.takenAt}; every table hashes as in the backup.`);
  say(`The log has a new epoch, ${epoch}: clients load the record anew. The server needs the master key that was used before.`);
  if (erasures === null) return 0;
  const erased = await eraseAgain(options, erasures);
  if (erased !== 0) say('The record is restored, and nobody was erased again: start no server on it before "erasures apply --from" has done that.');
  return erased;
}

async function tellErasures(options: Maintenance, file: string): Promise<number> {
  const done = await listErasures(options, file);
  if (!done.ok) return refuse(done.error);
  say(`${file}: ${count(done.value.count, 'erasure')}. It names nobody; keep it with the backups.`);
  return 0;
}

async function eraseAgain(options: Maintenance, file: string): Promise<number> {
  const done = await applyErasures(options, file, createIds());
  if (!done.ok) return refuse(done.error);
  const { erased, already, unknown } = done.value;
  say(`${count(erased, 'contact')} erased; ${already} were erased already, ${unknown} are not in this record.`);
  return 0;
}

async function retain(options: Maintenance, now: boolean): Promise<number> {
  const done = await retentionOnce(options, now, createIds());
  if (!done.ok) return refuse(done.error);
  for (const { organisationId, waited, done: kinds, closed } of done.value) {
    const told = Object.entries(kinds).map(([kind, n]) => `${kind} ${n}`).join(', ');
    say(`organisation ${organisationId}: ${waited ? 'left alone, since a wedding is under way' : `${told}${now ? `, cards closed ${closed}` : ''}`}`);
  }
  say(now ? 'Let go.' : 'Nothing was changed; --now lets it go.');
  return 0;
}

/** For servers that somebody sets up from a terminal. */
async function found(config: Config, { name, zone, currency }: { readonly name?: string | undefined; readonly zone?: string | undefined; readonly currency?: string | undefined }): Promise<number> {
  const house = HouseFields.safeParse({ name, zone, currency: currency?.toUpperCase() });
  if (!house.success) throw new Usage('found needs --name, --zone (as Europe/London) and --currency (as GBP).');
  if (!knownZone(house.data.zone)) throw new Usage(`The time zone ${house.data.zone} is not known; an IANA name is expected, as Europe/London.`);
  if (!knownCurrency(house.data.currency)) throw new Usage(`The currency ${house.data.currency} is not known; an ISO 4217 code is expected, as GBP.`);
  const done = await foundFromCommandLine(config, house.data, createLog('warn'));
  if (!done.ok) return refuse(done.error);
  say(`${house.data.name} is set up. With the server running, its owner opens this within 15 minutes; it works once:`);
  say(`  ${config.publicUrl ?? `http://${config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host}:${config.port}`}/#enrol=${done.value.ticket}`);
  return 0;
}

async function rekey(options: Maintenance, config: Config, file: string): Promise<number> {
  const masterKey = await readMasterKey(config);
  if (!masterKey.ok) return refuse(masterKey.error);
  const newKey = await readNewKey(file);
  if (!newKey.ok) return refuse(newKey.error);
  const done = await rekeyRecord(options, masterKey.value, newKey.value);
  if (!done.ok) return refuse(done.error);
  const { connections, signOns, secondFactors, newKeyId } = done.value;
  say(`Sealed with key ${newKeyId}: ${count(connections, 'connection')}, ${count(signOns, 'single sign-on')}, ${count(secondFactors, 'second factor')}. Whoever was signed in with an account signs in again.`);
  if (config.masterKey !== null) say(`WEDSYNC_MASTER_KEY must be what stands in ${file} from now on; the server does not start with the former one.`);
  else say(`It is in place. The former key is kept as ${await replaceMasterKey(config.dataDir, newKey.value, createVault(masterKey.value).keyId)}: backups made before need it.`);
  return 0;
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  const [command, file, ...more] = positionals;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const needsFile = command === 'backup' || command === 'restore' || command === 'platform-admin';
  if ((values.from !== undefined) !== (command === 'erasures' && file === 'apply')) throw new Usage(USAGE);
  if ((values.now || values['dry-run']) && (command !== 'retention' || values.now === values['dry-run'])) throw new Usage(USAGE);
  if ((command === 'retention' && file !== undefined) || (command === 'erasures' && file === undefined)) throw new Usage(USAGE);
  if (more.length > 0 || (needsFile && file === undefined) || (command === 'rebuild' && file !== undefined)) throw new Usage(USAGE);
  if ((values.into !== undefined || values.replace || values.erasures !== undefined) && command !== 'restore') throw new Usage('--into, --replace and --erasures go with restore.');
  if ((values['new-key-file'] !== undefined) !== (command === 'rekey') || (command === 'rekey' && file !== undefined)) throw new Usage('rekey needs --new-key-file FILE.');
  if (values.revoke && command !== 'platform-admin') throw new Usage('--revoke goes with platform-admin.');
  if (values.apply && command !== 'rebuild') throw new Usage('--apply goes with rebuild.');
  if ((values.name ?? values.zone ?? values.currency) !== undefined && command !== 'found') throw new Usage('--name, --zone and --currency go with found.');
  if (command === 'found' && file !== undefined) throw new Usage(USAGE);
  const options: Maintenance = { home: homeOf(values), log: createLog('warn'), now: () => Date.now(), progress };
  switch (command) {
    case 'backup':
      return backup(options, path.resolve(file ?? ''));
    case 'restore':
      return restore(options, path.resolve(file ?? ''), values.replace, values.erasures === undefined ? null : path.resolve(values.erasures));
    case 'verify': {
      if (file !== undefined) {
        const checked = await checkBackup(path.resolve(file), progress);
        progressEnds();
        if (!checked.ok) return refuse(checked.error);
        const { header, manifest } = checked.value;
        say(`A whole backup of ${header.takenAt}: ${count(manifest.tables.reduce((sum, table) => sum + table.rows, 0), 'row')} of ${count(manifest.tables.length, 'table')}, schema version ${header.schema}.`);
        return 0;
      }
      const verified = await checkRecord(options);
      progressEnds();
      if (!verified.ok) return refuse(verified.error);
      tellVerified(verified.value);
      return verified.value.sound ? 0 : 1;
    }
    case 'found':
      return found(configOf(values), values);
    case 'rekey':
      return rekey(options, configOf(values), path.resolve(values['new-key-file'] ?? ''));
    case 'platform-admin': {
      const email = (file ?? '').toLowerCase();
      const marked = await markPlatformAdmin(options, email, !values.revoke);
      if (!marked.ok) return refuse(marked.error);
      say(values.revoke ? `${email} is no platform admin any more.` : `${email} is a platform admin.`);
      return 0;
    }
    case 'rebuild': {
      const rebuilt = await rebuildRecord(options, values.apply);
      progressEnds();
      if (!rebuilt.ok) return refuse(rebuilt.error);
      tellDifferences(rebuilt.value);
      if (values.apply && rebuilt.value.differing > 0) say('Put right. The log has a new epoch: clients load the record anew.');
      return rebuilt.value.differing > 0 && !values.apply ? 1 : 0;
    }
    case 'erasures':
      return values.from === undefined ? tellErasures(options, path.resolve(file ?? '')) : eraseAgain(options, path.resolve(values.from));
    case 'retention':
      return retain(options, values.now);
    default:
      throw new Usage(USAGE);
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  progressEnds();
  const misread = error instanceof Usage || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  if (misread) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } else {
    process.exitCode = refuse(codedError('internal', `It could not be done: ${error instanceof Error ? error.message : String(error)}`));
  }
}
