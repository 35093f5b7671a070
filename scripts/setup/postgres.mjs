import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where PostgreSQL's server programs lie: Debian and Ubuntu keep them off PATH, one folder per version. */
function places() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number).filter(Number.isInteger).sort((a, b) => b - a) : [];
  const homebrew = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((dir) =>
    existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('postgresql@')).sort().reverse().map((name) => path.join(dir, name, 'bin')) : []);
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((dir) => dir !== '');
  return [...versions.map((version) => path.join(debian, String(version), 'bin')), ...homebrew, ...onPath];
}

function runs(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The account `postgres` of Debian's package: PostgreSQL refuses to run as root. */
function serviceAccount() {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((one) => one.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

/**
 * The programs that a throwaway PostgreSQL for tests and measurements is made of. The product itself needs none of it.
 * @returns {import('./postgres.d.mts').FoundPostgres}
 */
export function findPostgres() {
  if (process.platform === 'win32') return { ok: false, why: 'on Windows the tests run on the embedded database only' };
  const bin = places().find((dir) => runs(path.join(dir, 'initdb')) && runs(path.join(dir, 'postgres')));
  if (bin === undefined) return { ok: false, why: 'no initdb and postgres in the usual places (Debian: apt-get install postgresql)' };
  if (process.getuid?.() !== 0) return { ok: true, bin, account: null };
  const account = serviceAccount();
  return account === null ? { ok: false, why: 'PostgreSQL does not run as root, and there is no account named postgres' } : { ok: true, bin, account };
}
