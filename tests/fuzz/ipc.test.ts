import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CodedError, codedError } from '../../core/contract/errors.ts';
import { INVOKE } from '../../core/contract/ipc.ts';
import { INVOKE_CHANNELS, type InvokeChannel } from '../../core/contract/ipcNames.ts';
import { err, ok } from '../../core/contract/result.ts';
import type { InvokeReceiver } from '../../main/ipc/handle.ts';
import type { SenderEvent } from '../../main/ipc/sender.ts';
import { keptLog } from '../unit/main/support/fakes.ts';
import { HOSTILE, oneWrong } from './hostile.ts';
import { prototypeIsClean } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';
import { fromSchema } from './values.ts';

vi.mock('electron', () => ({ ipcMain: {} }));
const { handleInvocations } = await import('../../main/ipc/handle.ts');
const { allHandlers } = await import('../../main/ipc/handlers.ts');

type Listener = Parameters<InvokeReceiver['handle']>[1];

const ANSWERS: readonly (() => unknown)[] = [
  () => ok(null),
  () => Promise.resolve(ok([])),
  () => err(codedError('server.unreachable', 'offline', true)),
  () => {
    throw new Error('a bug at /somewhere/secret.ts with token=abc123');
  },
];
let turn = 0;
/** Every service at once: whatever is asked of it is answered, refused or fails, in turn. */
const service: unknown = new Proxy(() => undefined, {
  get: (_target, name) => (name === 'then' ? undefined : service),
  apply: () => (ANSWERS[(turn += 1) % ANSWERS.length] ?? (() => null))(),
});
const deps = new Proxy({}, { get: () => service }) as Parameters<typeof allHandlers>[0];

const good: SenderEvent = { sender: { id: 7 }, senderFrame: { url: 'app://console/index.html', origin: 'app://console', parent: null } };
const wall: SenderEvent = { ...good, sender: { id: 9 } };
const SENDERS: readonly SenderEvent[] = [
  { sender: { id: 8 }, senderFrame: good.senderFrame },
  { sender: { id: 7 }, senderFrame: null },
  { sender: { id: 7 }, senderFrame: { url: 'https://evil.example/', origin: 'https://evil.example', parent: null } },
  { sender: { id: 7 }, senderFrame: { url: 'app://console.evil/index.html', origin: 'app://console.evil', parent: null } },
];
const Answer = z.union([z.object({ ok: z.literal(true) }), z.strictObject({ ok: z.literal(false), error: CodedError })]);

const log = keptLog();
const listeners = new Map<string, Listener>();
handleInvocations({ handlers: allHandlers(deps), kindOf: (id) => (id === 7 ? 'console' : id === 9 ? 'wall' : null), log, receiver: { handle: (channel, listener) => void listeners.set(channel, listener) } });

it.each(INVOKE_CHANNELS)('%s answers anything with a result or a code, and tells no insides', async (channel: InvokeChannel) => {
  const unhandled = watchUnhandled();
  const input: z.ZodType = INVOKE[channel].input;
  const takesNothing = input.safeParse(undefined).success;
  const valid = takesNothing ? fc.constant(undefined) : fromSchema(input);
  const bare: readonly unknown[] = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, 10n ** 30n, Symbol.iterator, () => 1, new Date(Number.NaN), new Map([['a', 1]]), Object.create(null), JSON.parse('{"__proto__":{"polluted":true}}'), ...HOSTILE];
  const args = fc.oneof(valid.map((one) => [one]), oneWrong(takesNothing ? fc.constant({}) : valid).map((one) => [one]), fc.array(fc.constantFrom(...bare), { maxLength: 3 }));
  await rounds(channel, (seed) =>
    fc.assert(
      fc.asyncProperty(args, fc.oneof({ weight: 6, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...SENDERS) }), async (given, sender) => {
        log.lines.length = 0;
        Answer.parse(await listeners.get(channel)?.(wall, ...given));
        const answer = Answer.parse(await listeners.get(channel)?.(sender, ...given));
        if (sender !== good) expect(answer).toMatchObject({ ok: false, error: { code: 'ipc.sender_refused' } });
        else if (given.length > 1 || !input.safeParse(given[0]).success) expect(answer).toMatchObject({ ok: false, error: { code: 'ipc.arguments_invalid' } });
        if (!answer.ok) expect(answer.error.message).not.toMatch(/abc123|secret\.ts|\bat /);
        expect(prototypeIsClean()).toBe(true);
      }),
      { seed, numRuns: 120 },
    ),
  );
  unhandled.stop();
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);

it('every channel of the contract is served', () => expect([...listeners.keys()].sort()).toEqual([...INVOKE_CHANNELS].sort()));
