import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { root } from '../setup/paths.mjs';
import { tail } from '../setup/run.mjs';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 8_000;

/** The asked port when nobody listens there, otherwise any free one. */
export function freePort(asked) {
  const attempt = (port) => new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(null));
    probe.listen(port, '127.0.0.1', () => {
      const { port: got } = probe.address();
      probe.close(() => resolve(got));
    });
  });
  return attempt(asked).then((port) => port ?? attempt(0));
}

/**
 * Starts the built server as a child and waits for its word. Its log goes to a file, so the terminal stays readable.
 * An abort before that word stops it again; should this process end without stopping it, it is told to end too.
 * @returns {Promise<{ok: true, url: string, ticket: string | null, founding: string | null, pid: number, logFile: string, ended: Promise<number>,
 *   stop: () => Promise<void>, freshTicket: () => Promise<string | null>} | {ok: false, message: string, logFile: string}>}
 */
export function startServer({ node, env, dataDir, entry = path.join(root, 'dist', 'server', 'index.js'), signal }) {
  const logFile = path.join(dataDir, 'server.log');
  const log = openSync(logFile, 'w');
  const child = spawn(node, [entry], { cwd: root, env, stdio: ['ignore', log, log, 'ipc'], windowsHide: true });
  closeSync(log);
  const orphaned = () => child.kill('SIGTERM');
  process.once('exit', orphaned);

  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('exit', (code) => {
      process.off('exit', orphaned);
      resolve(code ?? -1);
    });
  });
  // A channel that closes under a message is the server's end, which `ended` reports.
  const tell = (message) => new Promise((resolve) => {
    if (!child.connected) resolve();
    else child.send(message, () => resolve());
  });

  async function stop() {
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS + Number(env.WEDSYNC_DRAIN_MS ?? 0));
    await tell({ type: 'stop' });
    await ended;
    clearTimeout(limit);
  }

  async function freshTicket() {
    return new Promise((resolve) => {
      const limit = setTimeout(() => resolve(null), 5000);
      const listen = (message) => {
        if (message?.type !== 'ticket') return;
        clearTimeout(limit);
        child.off('message', listen);
        resolve(message.ticket ?? null);
      };
      child.on('message', listen);
      void tell({ type: 'ticket' });
    });
  }

  return new Promise((resolve) => {
    let told = false;
    const tellOnce = (answer) => {
      if (told) return;
      told = true;
      clearTimeout(limit);
      resolve(answer());
    };
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      tellOnce(() => ({ ok: false, message: `it said nothing for ${START_LIMIT_MS / 1000} s`, logFile }));
    }, START_LIMIT_MS);
    signal?.addEventListener('abort', () => void stop().then(() => tellOnce(() => ({ ok: false, message: 'it was stopped', logFile }))), { once: true });
    child.on('message', (message) => {
      if (message?.type === 'ready') {
        tellOnce(() => ({ ok: true, url: message.url, ticket: message.ticket ?? null, founding: message.founding ?? null, pid: child.pid, logFile, ended, stop, freshTicket }));
      } else if (message?.type === 'failed') {
        const { code, message: words } = message.error;
        tellOnce(() => ({ ok: false, message: `${words ?? ''} [${code}]`.trim(), logFile }));
      }
    });
    void ended.then((code) => {
      tellOnce(() => ({ ok: false, message: `it ended with code ${code}\n${tail(readFileSync(logFile, 'utf8'), 15)}`, logFile }));
    });
  });
}
