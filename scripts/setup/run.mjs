import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and gathers what it said.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, shell?: boolean, show?: boolean, abandon?: () => string | null}} options
 *   `abandon` is asked every two seconds; a text ends the program and becomes its reason.
 * @returns {Promise<{code: number, output: string, reason: string | null}>} code -1 when it could not be started or was ended.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      shell: options.shell ?? false,
      stdio: options.show === true ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let reason = null;
    const end = (why) => {
      reason ??= why;
      child.kill();
    };
    const limit = options.timeoutMs === undefined ? null : setTimeout(() => end(`it took longer than ${options.timeoutMs / 1000} s`), options.timeoutMs);
    const watch = options.abandon === undefined ? null : setInterval(() => {
      const why = options.abandon?.();
      if (why) end(why);
    }, 2000);
    const done = (code) => {
      if (limit !== null) clearTimeout(limit);
      if (watch !== null) clearInterval(watch);
      resolve({ code: reason === null ? code : -1, output, reason });
    };
    child.stdout?.on('data', (part) => (output += part));
    child.stderr?.on('data', (part) => (output += part));
    child.once('error', (error) => {
      reason ??= error.message;
      done(-1);
    });
    child.once('close', (code) => done(code ?? -1));
  });
}

/** The last lines of a program's output, for an error message. */
export function tail(output, lines = 12) {
  return output.trim().split('\n').slice(-lines).join('\n');
}

/** Duration in words: `0.4 s`, `2 min 5 s`. */
export function took(startedAt) {
  const seconds = (performance.now() - startedAt) / 1000;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Runs one step and prints one calm line for it. The step returns what it did, in a few words. */
export async function step(name, work) {
  const startedAt = performance.now();
  const said = await work();
  console.log(`  ${name.padEnd(16)} ${said} (${took(startedAt)})`);
}

/** A set-up fault that a person can act on: printed as one message, no stack. */
export class SetupError extends Error {}
