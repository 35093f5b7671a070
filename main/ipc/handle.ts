import { ipcMain } from 'electron';
import { codedError, type CodedError, type ErrorCode } from '../../core/contract/errors.ts';
import { INVOKE, type InvokeInput, type InvokeOutput, type IpcResult } from '../../core/contract/ipc.ts';
import { INVOKE_CHANNELS, type InvokeChannel } from '../../core/contract/ipcNames.ts';
import { err, type Result } from '../../core/contract/result.ts';
import { WALL_INVOKE, type WindowKind } from '../../core/contract/windows.ts';
import type { Log } from '../../core/ports/ports.ts';
import { refuseSender, type SenderEvent } from './sender.ts';

/** The page that asks. */
export interface Caller {
  readonly pageId: number;
  readonly kind: WindowKind;
}

export type Handler<C extends InvokeChannel> = (input: InvokeInput<C>, from: Caller) => Result<InvokeOutput<C>, CodedError> | Promise<Result<InvokeOutput<C>, CodedError>>;
/** One for every channel of the contract; a missing one does not compile. */
export type Handlers = { readonly [C in InvokeChannel]: Handler<C> };

/** The part of Electron's `ipcMain` that is used. */
export interface InvokeReceiver {
  handle(channel: string, listener: (event: SenderEvent, ...args: unknown[]) => unknown): void;
}

export interface HandleOptions {
  readonly handlers: Handlers;
  /** What one of our windows is for; null = it is none of ours. */
  readonly kindOf: (webContentsId: number) => WindowKind | null;
  readonly log: Log;
  readonly receiver?: InvokeReceiver;
}

/** Refused and failed calls by code since the start. */
export type Refusals = Partial<Record<ErrorCode, number>>;

/**
 * The only door from a page into main. Each call: who is asking, then what (parsed against the contract), then the
 * handler. Whatever goes wrong is a coded answer, is counted and is logged; nothing is thrown across and nothing is silent.
 */
export function handleInvocations(options: HandleOptions): { refusals(): Refusals } {
  const { handlers, kindOf, log } = options;
  const receiver: InvokeReceiver = options.receiver ?? ipcMain;
  const refusals: Refusals = {};
  const refuse = (channel: InvokeChannel, error: CodedError, fields: Record<string, unknown>): IpcResult<never> => {
    refusals[error.code] = (refusals[error.code] ?? 0) + 1;
    log.warn({ channel, code: error.code, ...fields }, 'call from a page refused');
    return err(error);
  };

  const register = <C extends InvokeChannel>(channel: C) => {
    receiver.handle(channel, async (event, ...args): Promise<IpcResult<InvokeOutput<C>>> => {
      const kind = kindOf(event.sender.id);
      const why = refuseSender(event, () => kind !== null);
      if (why || kind === null) return refuse(channel, codedError('ipc.sender_refused', 'this page may not ask'), { why, url: event.senderFrame?.url.slice(0, 200) ?? null });
      if (kind === 'wall' && !WALL_INVOKE.includes(channel)) return refuse(channel, codedError('auth.forbidden', 'a wall display may not ask this'), { kind });
      const parsed = args.length > 1 ? null : INVOKE[channel].input.safeParse(args[0]);
      if (!parsed?.success) {
        const found = parsed?.error.issues.slice(0, 5).map((issue) => ({ path: issue.path.join('.'), code: issue.code }));
        const issues = found ?? [{ path: '', code: 'too_many_arguments' }];
        return refuse(channel, codedError('ipc.arguments_invalid', 'the arguments have the wrong shape'), { issues });
      }
      try {
        const answer = await handlers[channel](parsed.data as InvokeInput<C>, { pageId: event.sender.id, kind });
        if (!answer.ok) log.info({ channel, code: answer.error.code }, 'call from a page answered with an error');
        return answer;
      } catch (error) {
        return refuse(channel, codedError('internal', 'something went wrong inside the desktop'), { error });
      }
    });
  };
  for (const channel of INVOKE_CHANNELS) register(channel);
  return { refusals: () => ({ ...refusals }) };
}
