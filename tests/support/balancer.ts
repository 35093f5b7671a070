import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canRun, listens } from './redis.ts';
import { freePort, REPOSITORY } from './runningServer.ts';

/** A real balancer with the very configuration of `resources/deploy`, on loopback. */
export interface Balancer {
  readonly url: string;
  /** The last of what it wrote. */
  said(): string;
  stop(): Promise<void>;
}

export const BALANCERS = ['haproxy', 'nginx'] as const;
export type BalancerKind = (typeof BALANCERS)[number];

export interface BalancerOptions {
  readonly kind: BalancerKind;
  /** Two of each, as `http://host:port`. */
  readonly intake: readonly string[];
  readonly stream: readonly string[];
  /** Lines of one address go to one process. */
  readonly sticky?: boolean;
}

export const hasBalancer = (kind: BalancerKind): boolean => canRun(kind, '-v');
const FOLDER = join(REPOSITORY, 'resources', 'deploy', 'balancer');
const START_LIMIT_MS = 15_000;

interface Prepared {
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly check: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

function prepare({ kind, intake, stream, sticky = false }: BalancerOptions, port: number): Prepared {
  const folder = mkdtempSync(join(tmpdir(), `wedsync-${kind}-`));
  // Its workers are another user's.
  chmodSync(folder, 0o755);
  const host = (urls: readonly string[], n: number): string => (URL.parse(urls[n] ?? '')?.host ?? '127.0.0.1:1');
  const balance = { haproxy: sticky ? 'source' : 'leastconn', nginx: sticky ? 'ip_hash' : 'least_conn' }[kind];
  const words = {
    LISTEN: `127.0.0.1:${port}`, INTAKE_1: host(intake, 0), INTAKE_2: host(intake, 1), STREAM_1: host(stream, 0), STREAM_2: host(stream, 1),
    STREAM_BALANCE: balance, CHECK_EVERY: '100ms', RUN_DIR: folder,
  };
  const env = { ...process.env, ...words };
  if (kind === 'haproxy') {
    const file = join(FOLDER, 'haproxy.cfg');
    return { folder, program: 'haproxy', args: ['-db', '-f', file], check: ['-c', '-f', file], env };
  }
  const file = join(folder, 'nginx.conf');
  const template = readFileSync(join(FOLDER, 'nginx.conf.template'), 'utf8');
  writeFileSync(file, template.replace(/\$\{([A-Z_0-9]+)\}/g, (_, name: string) => words[name as keyof typeof words]));
  const base = ['-p', folder, '-c', file, '-e', 'stderr'];
  return { folder, program: 'nginx', args: [...base, '-g', 'daemon off;'], check: [...base, '-t'], env };
}

/** What the program itself says of the configuration; null = it takes it. */
export async function faultsOf(options: BalancerOptions): Promise<string | null> {
  const { program, check, env, folder } = prepare(options, await freePort());
  const result = spawnSync(program, check, { env, encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  return result.status === 0 ? null : `${result.stdout}${result.stderr}`;
}

export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const port = await freePort();
  const { folder, program, args, env } = prepare(options, port);
  let said = '';
  const child: ChildProcess = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const collect = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-20_000));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const endNow = (): void => {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', endNow);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(options.kind === 'nginx' ? 'SIGQUIT' : 'SIGTERM');
      await Promise.race([once(child, 'exit'), sleep(2_000).then(() => child.kill('SIGTERM'))]);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    process.off('exit', endNow);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline && child.exitCode === null; await sleep(20)) {
    if (await listens(port)) return { url: `http://127.0.0.1:${port}`, said: () => said, stop };
  }
  await stop();
  throw new Error(`${options.kind} does not start: ${said}`);
}
