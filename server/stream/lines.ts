import type { IncomingMessage } from 'node:http';

/** A line that has not become a connection by then is cut: whoever only holds it open pays nothing for it. */
const ADMISSION_MS = 12_000;
/** Lines that wait for their admission at the same time, of all callers and of one address. */
const WAITING_LIMIT = 2_000;
const WAITING_PER_ADDRESS = 200;

/** Every line to the stream, known or not: who is let in, who is waited for, and that none outlives the server. */
export interface Lines {
  /** For the transport, before it opens a line: is there room for one more that nobody knows yet? */
  hasRoom(address: string): boolean;
  /** Follows a line that was opened until it is admitted or gone. */
  opened(line: Line): void;
  admitted(key: object): void;
  /** Cuts whoever still waits. */
  cutWaiting(): void;
  /** Cuts every line there is. */
  cutAll(): void;
}

/** The part of a transport's line that is used. */
export interface Line {
  /** What the line is known by later: the request that opened it. */
  readonly key: object;
  /** Empty when all come through one proxy and cannot be told apart. */
  readonly address: string;
  cut(): void;
  /** Told when the line is really gone, not only said farewell to. */
  onGone(listener: () => void): void;
}

/** The part of the transport's own connection that is used; its type is not exported whole. */
export interface EngineLine {
  readonly request: IncomingMessage;
  /** `socket` = the websocket under it; absent on any other transport. */
  readonly transport: { readonly socket?: { pause(): void; resume(): void; on(event: 'ping' | 'pong', listener: () => void): unknown } };
  on(event: 'packet', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** After the farewell the other side may leave a line open for half a minute more; it gets `graceMs`. */
export function lineOf(engine: EngineLine, address: string, graceMs: number): Line {
  const { request } = engine;
  const { socket } = request;
  engine.once('close', () => setTimeout(() => socket.destroy(), graceMs).unref());
  return { key: request, address, cut: () => socket.destroy(), onGone: (listener) => socket.once('close', listener) };
}

export function createLines(limits: { readonly admissionMs?: number; readonly perAddress?: number } = {}): Lines {
  const admissionMs = limits.admissionMs ?? ADMISSION_MS;
  const perAddress = limits.perAddress ?? WAITING_PER_ADDRESS;
  const open = new Set<Line>();
  const waiting = new Map<object, { readonly line: Line; readonly timer: NodeJS.Timeout }>();
  const byAddress = new Map<string, number>();

  const forget = (key: object) => {
    const one = waiting.get(key);
    if (!one) return;
    waiting.delete(key);
    clearTimeout(one.timer);
    const left = (byAddress.get(one.line.address) ?? 1) - 1;
    if (left > 0) byAddress.set(one.line.address, left);
    else byAddress.delete(one.line.address);
  };

  return {
    hasRoom: (address) => waiting.size < WAITING_LIMIT && (address === '' || (byAddress.get(address) ?? 0) < perAddress),
    opened(line) {
      const timer = setTimeout(() => line.cut(), admissionMs);
      timer.unref();
      waiting.set(line.key, { line, timer });
      byAddress.set(line.address, (byAddress.get(line.address) ?? 0) + 1);
      open.add(line);
      line.onGone(() => {
        open.delete(line);
        forget(line.key);
      });
    },
    admitted: forget,
    cutWaiting() {
      for (const { line } of [...waiting.values()]) line.cut();
    },
    cutAll() {
      for (const line of [...open]) line.cut();
    },
  };
}
