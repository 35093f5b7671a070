import { z } from 'zod';
import { Command } from '../../../core/contract/commands.ts';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import { OutboxChoice, OutboxEntry, QueuedAnswer } from '../../../core/contract/outbox.ts';
import { Id } from '../../../core/contract/primitives.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import type { Outbox } from '../../../core/link/outboxRunner.ts';
import { afterEvenHidden } from '../../components/timers.ts';

/** One name for the lock and for the channel between the tabs. */
const NAME = 'wedsync-outbox';
/** How long a tab waits for the tab that has the outbox. */
const ASK_MS = 4_000;

const Ask = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('queue'), command: Command }),
  z.object({ verb: z.literal('list') }),
  z.object({ verb: z.literal('cancel'), commandId: Id }),
  z.object({ verb: z.literal('resolve'), choice: OutboxChoice }),
]);
type Ask = z.infer<typeof Ask>;
const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ask'), id: z.string(), at: z.number(), ask: Ask }),
  z.object({ kind: z.literal('answer'), id: z.string(), answer: z.custom<Result<unknown, CodedError>>((value) => typeof value === 'object' && value !== null && 'ok' in value) }),
  z.object({ kind: z.literal('changed'), entries: z.array(OutboxEntry) }),
]);
type Message = z.infer<typeof Message>;

/** What a page does with the outbox, wherever among its tabs that is. */
export type PageOutbox = Pick<Outbox, 'queue' | 'list' | 'cancel' | 'resolve' | 'line' | 'forget' | 'stop'>;

/**
 * One outbox for all tabs of a browser: the tab that holds the lock keeps the journal and sends; the others ask it, and
 * the next takes over when it closes. Two tabs with an outbox each could send what the other one has taken back.
 */
export function sharedOutbox(make: (onChange: (entries: readonly OutboxEntry[]) => void) => Outbox, onChange: (entries: readonly OutboxEntry[]) => void): PageOutbox {
  const channel = new BroadcastChannel(NAME);
  const post = (message: Message): void => channel.postMessage(message);
  const waiting = new Map<string, (answer: Result<unknown, CodedError>) => void>();
  const end = new AbortController();
  let mine: Outbox | null = null;
  let line = false;
  /** Told to every tab: one that takes over later tidies what the tab before it could not. */
  const erased: Parameters<Outbox['forget']>[] = [];
  let settle: () => void = () => undefined;
  /** Until it is known whether another tab has it. */
  const settled = new Promise<void>((resolve) => (settle = resolve));

  const take = async (): Promise<void> => {
    mine = make((entries) => {
      onChange(entries);
      post({ kind: 'changed', entries: [...entries] });
    });
    mine.line(line);
    const loaded = mine.start();
    settle();
    await loaded;
    for (const told of erased) await mine.forget(...told);
    // Held until the page goes.
    await new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()));
  };
  const lead = async (): Promise<void> => {
    if (!('locks' in navigator)) return take();
    const had = await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
      if (lock) await take();
      return lock !== null;
    });
    settle();
    if (!had && !end.signal.aborted) await navigator.locks.request(NAME, { signal: end.signal }, take).catch((error: unknown) => {
      if (!end.signal.aborted) throw error;
    });
  };
  void lead();

  const perform = (outbox: Outbox, ask: Ask): Promise<Result<unknown, CodedError>> => {
    switch (ask.verb) {
      case 'queue':
        return outbox.queue(ask.command);
      case 'list':
        return outbox.list();
      case 'cancel':
        return outbox.cancel(ask.commandId);
      case 'resolve':
        return outbox.resolve(ask.choice);
    }
  };
  channel.onmessage = (event: MessageEvent<unknown>) => {
    const parsed = Message.safeParse(event.data);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.kind === 'changed') return onChange(message.entries);
    if (message.kind === 'answer') return waiting.get(message.id)?.(message.answer);
    // Too old: the tab that asked has told its person that it was not kept.
    if (mine && Date.now() - message.at < ASK_MS / 2) void perform(mine, message.ask).then((answer) => post({ kind: 'answer', id: message.id, answer }));
  };

  const askOther = (ask: Ask): Promise<Result<unknown, CodedError>> =>
    new Promise((resolve) => {
      const id = crypto.randomUUID();
      const done = (answer: Result<unknown, CodedError>): void => {
        cancel();
        waiting.delete(id);
        resolve(answer);
      };
      const cancel = afterEvenHidden(ASK_MS, () => done(err(codedError('outbox.not_kept', 'the tab that keeps the outbox does not answer'))));
      waiting.set(id, done);
      post({ kind: 'ask', id, at: Date.now(), ask });
    });
  const asked = async <T>(ask: Ask, answer: z.ZodType<T>): Promise<Result<T, CodedError>> => {
    await settled;
    const got = await (mine ? perform(mine, ask) : askOther(ask));
    return got.ok ? ok(answer.parse(got.value)) : got;
  };

  return {
    queue: (command) => asked({ verb: 'queue', command }, QueuedAnswer),
    list: () => asked({ verb: 'list' }, z.array(OutboxEntry)),
    cancel: (commandId) => asked({ verb: 'cancel', commandId }, z.boolean()),
    resolve: (choice) => asked({ verb: 'resolve', choice }, z.boolean()),
    line(open) {
      line = open;
      mine?.line(open);
    },
    async forget(rowIds, seq) {
      erased.push([rowIds, seq]);
      await mine?.forget(rowIds, seq);
    },
    stop() {
      end.abort();
      mine?.stop();
      channel.close();
    },
  };
}
