import { afterAll, vi } from 'vitest';
import { beginKeeping, closeKept } from './fileEnd.ts';

/**
 * Before each file whose process others use after it: what it has put in the place of something else, it takes away again.
 * A file that cannot is listed in `ALONE` of scripts/config/vitest.config.ts.
 */

const OURS = [
  'Date', 'WebSocket', 'clearInterval', 'clearTimeout', 'document', 'fetch', 'location',
  'performance', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'window',
] as const;
/** Whoever tidies up when the process is ended (tests/chaos/cleanup.ts) goes on doing so. */
const HEARD = ['uncaughtException', 'unhandledRejection'] as const;

const asItIs = () => ({
  folder: process.cwd(),
  environment: { ...process.env },
  globals: new Map<string, unknown>(OURS.map((name) => [name, Reflect.get(globalThis, name)])),
  listeners: new Map(HEARD.map((event) => [event, process.listenerCount(event)])),
});

function differences(before: ReturnType<typeof asItIs>, after: ReturnType<typeof asItIs>): string[] {
  const names = new Set([...Object.keys(before.environment), ...Object.keys(after.environment)]);
  return [
    ...(vi.isFakeTimers() ? ['fake timers'] : []),
    ...(before.folder === after.folder ? [] : ['the working folder']),
    ...[...names].filter((name) => before.environment[name] !== after.environment[name]).map((name) => `process.env.${name}`),
    ...OURS.filter((name) => before.globals.get(name) !== after.globals.get(name)).map((name) => `globalThis.${name}`),
    ...HEARD.filter((event) => before.listeners.get(event) !== after.listeners.get(event)).map((event) => `a listener for ${event} of the process`),
  ];
}

const before = asItIs();
beginKeeping();
// Set up before all others, so called after all others.
afterAll(async () => {
  await closeKept();
  const left = differences(before, asItIs());
  if (left.length > 0) throw new Error(`this file leaves to the next one of its process: ${left.join(', ')}`);
});
