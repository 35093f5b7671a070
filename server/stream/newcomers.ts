/** A line that has not become a connection by then is cut: whoever only holds it open pays nothing for it. */
const ADMISSION_MS = 12_000;
/** Lines that wait for their admission at the same time, of all callers and of one address. */
const WAITING_LIMIT = 2_000;
const WAITING_PER_ADDRESS = 200;

export interface Newcomers {
  /** For the transport, before it opens a line: is there room for one more that nobody knows yet? */
  hasRoom(address: string): boolean;
  /** Follows a line that was opened until it is admitted or gone. */
  opened(line: NewLine): void;
  admitted(key: object): void;
  /** Cuts whoever still waits. */
  stop(): void;
}

/** The part of a transport's line that is used. */
export interface NewLine {
  /** What the line is known by later: the request that opened it. */
  readonly key: object;
  /** Empty when all come through one proxy and cannot be told apart. */
  readonly address: string;
  cut(): void;
  onClose(listener: () => void): void;
}

export function createNewcomers(limits: { readonly admissionMs?: number; readonly perAddress?: number } = {}): Newcomers {
  const admissionMs = limits.admissionMs ?? ADMISSION_MS;
  const perAddress = limits.perAddress ?? WAITING_PER_ADDRESS;
  const waiting = new Map<object, { readonly line: NewLine; readonly timer: NodeJS.Timeout }>();
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
      line.onClose(() => forget(line.key));
    },
    admitted: forget,
    stop() {
      for (const { line } of [...waiting.values()]) line.cut();
    },
  };
}
