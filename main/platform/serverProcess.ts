import { utilityProcess } from 'electron';
import type { Log } from '../../core/ports/ports.ts';
import type { ServerProcess } from '../services/server/embedded.ts';

const KILL_AFTER_MS = 2_000;

/** Starts the bundled server as Electron's own child process; its output goes to our log, line by line. */
export function forkServer(options: { script: string; env: Record<string, string>; log: Log }): ServerProcess {
  const { script, env, log } = options;
  const child = utilityProcess.fork(script, [], { env, stdio: 'pipe', serviceName: 'WedSync server' });
  let exited = false;
  const collect = (stream: NodeJS.ReadableStream | null, level: 'info' | 'warn') => {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(-16_384);
      for (const line of lines) if (line.trim() !== '') log[level]({ line }, 'server');
    });
  };
  collect(child.stdout, 'info');
  collect(child.stderr, 'warn');
  child.on('exit', () => {
    exited = true;
  });
  return {
    get pid() {
      return child.pid;
    },
    post: (order) => child.postMessage(order),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill() {
      const { pid } = child;
      child.kill();
      setTimeout(() => {
        if (exited || pid === undefined) return;
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          log.warn({ error, pid }, 'the server process was already gone');
        }
      }, KILL_AFTER_MS).unref();
    },
  };
}
