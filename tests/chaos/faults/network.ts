import { spawnSync } from 'node:child_process';
import { atEnd } from '../cleanup.ts';

/** A network namespace of this run, joined to the machine by one cable (veth) that can be made bad. */
export interface Namespace {
  /** Program and arguments that run something inside. */
  readonly through: readonly string[];
  /** Address of the inside, as seen from here. */
  readonly host: string;
  /** Delay and loss, each way. */
  worsen(delayMs: number, lossPercent: number): void;
  remove(): void;
}

function ip(program: 'ip' | 'tc', ...args: string[]): string | null {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  return done.status === 0 ? null : (done.error?.message ?? done.stderr.trim().split('\n').join('; '));
}

/** Why it cannot be had, or the namespace. */
export function namespace(): Namespace | string {
  if (process.getuid?.() !== 0) return 'only root makes a network namespace';
  const name = `wsc${process.pid}`;
  const outer = `${name}o`;
  const inner = `${name}i`;
  const subnet = `10.213.${process.pid % 250}`;
  const inside = ['netns', 'exec', name];
  const remove = atEnd(() => {
    ip('ip', 'link', 'del', outer);
    ip('ip', 'netns', 'del', name);
  });
  const why =
    ip('ip', 'netns', 'add', name) ??
    ip('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name) ??
    ip('ip', 'addr', 'add', `${subnet}.1/30`, 'dev', outer) ??
    ip('ip', 'link', 'set', outer, 'up') ??
    ip('ip', ...inside, 'ip', 'addr', 'add', `${subnet}.2/30`, 'dev', inner) ??
    ip('ip', ...inside, 'ip', 'link', 'set', inner, 'up') ??
    ip('ip', ...inside, 'ip', 'link', 'set', 'lo', 'up') ??
    ip('tc', 'qdisc', 'add', 'dev', outer, 'root', 'netem', 'delay', '0ms') ??
    ip('ip', ...inside, 'tc', 'qdisc', 'add', 'dev', inner, 'root', 'netem', 'delay', '0ms');
  if (why !== null) {
    remove();
    return `no namespace with netem here: ${why}`;
  }
  return {
    through: ['ip', ...inside],
    host: `${subnet}.2`,
    worsen(delayMs, lossPercent) {
      const how = ['root', 'netem', 'delay', `${delayMs}ms`, 'loss', `${lossPercent}%`];
      const failed = ip('tc', 'qdisc', 'change', 'dev', outer, ...how) ?? ip('ip', ...inside, 'tc', 'qdisc', 'change', 'dev', inner, ...how);
      if (failed !== null) throw new Error(failed);
    },
    remove,
  };
}
