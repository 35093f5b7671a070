import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type DBusError, type Message, messageType, type MessageBus } from 'dbus-native';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Log } from '../../core/ports/ports.ts';

/** How long an answer may take: a service that is started by the call itself may need seconds. */
const CALL_BOUND_MS = 20_000;
/** How long the question who is there may take; the bus itself answers it. */
const PRESENT_BOUND_MS = 1_500;
/** A bus refuses calls of whom it owes too many answers (128 where nothing else is set); further ones wait here. */
const UNANSWERED_LIMIT = 32;
/** D-Bus's flag of a call that wants no answer. */
const NO_REPLY_EXPECTED = 1;
const BUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' } as const;

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** D-Bus types of `body`; both are left out where nothing is given. */
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  /** The sender's own name on the bus (`:1.7`), which the bus sets and nobody can feign. */
  readonly sender: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export interface BusFault {
  /** The bus's name for it (`org.freedesktop.DBus.Error.ServiceUnknown`, also `...Disconnected`); null = there is no bus to try. */
  readonly name: string | null;
  readonly message: string;
}

export type BusAnswer = Result<readonly unknown[], BusFault>;

/** The desktop's session bus (Linux). Nothing is opened before it is needed; a lost line is opened again by the next call. */
export interface SessionBus {
  /** Whether there is an address to try. */
  readonly known: boolean;
  /** `done` is called exactly once, in the order in which answers and signals arrive. */
  call(call: BusCall, done: (answer: BusAnswer) => void, boundMs?: number): void;
  /** A call that wants no answer; does nothing without a line. */
  tell(call: BusCall): void;
  /** Asks the bus for the signals of this match rule, on every line that is opened. */
  match(rule: string): void;
  /** Every signal that arrives, whoever asked for it. */
  onSignal(heard: (signal: BusSignal) => void): void;
  onLost(lost: () => void): void;
  close(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** As D-Bus's own libraries find it: what the session says, else the socket where systemd puts it. */
function addressOf(env: Env): string | null {
  const said = env['DBUS_SESSION_BUS_ADDRESS'] ?? '';
  if (said !== '') return said;
  const socket = join(env['XDG_RUNTIME_DIR'] ?? '', 'bus');
  return env['XDG_RUNTIME_DIR'] && existsSync(socket) ? `unix:path=${socket}` : null;
}

const faultOf = (error: DBusError): BusFault => ({ name: error.dbusName ?? null, message: error.message });

export function sessionBus(env: Env, log: Log): SessionBus {
  const address = addressOf(env);
  const rules = new Set<string>();
  const onSignal: ((signal: BusSignal) => void)[] = [];
  const onLost: (() => void)[] = [];
  let line: MessageBus | null = null;

  const addMatch = (bus: MessageBus, rule: string) =>
    bus.invokeDbus({ member: 'AddMatch', signature: 's', body: [rule] }, (error) => {
      if (error) log.warn({ rule, error: faultOf(error) }, 'the session bus takes no match rule');
    });

  const open = (busAddress: string): MessageBus => {
    // `direct`: the greeting is sent here, because the library throws into the event loop when it goes unanswered.
    const bus = createClient({ busAddress, authMethods: ['EXTERNAL'], direct: true, timeout: CALL_BOUND_MS });
    const { connection } = bus;
    connection.on('error', (error) => {
      log.warn({ error: error.message }, 'the line to the session bus broke');
      connection.stream.destroy();
    });
    connection.on('handlerError', (error) => log.error({ error }, 'what came over the session bus was not dealt with'));
    connection.on('message', ({ type, sender, interface: name, member, body }) => {
      if (type !== messageType.signal || sender === undefined || name === undefined || member === undefined) return;
      for (const heard of onSignal) heard({ sender, interface: name, member, body: body ?? [] });
    });
    let up = false;
    connection.on('connect', () => (up = true));
    connection.on('close', () => {
      if (line !== bus) return;
      line = null;
      if (up) for (const lost of onLost) lost();
    });
    bus.invokeDbus({ member: 'Hello' }, (error, name: string) => {
      if (error) connection.stream.destroy();
      else bus.name = name;
    });
    for (const rule of rules) addMatch(bus, rule);
    return bus;
  };

  const messageOf = ({ body, ...rest }: BusCall): Message => (body ? { ...rest, body: [...body] } : rest);
  let unanswered = 0;
  const waiting: (() => void)[] = [];
  const send = (busAddress: string, call: BusCall, boundMs: number, done: (answer: BusAnswer) => void): void => {
    let bus: MessageBus;
    try {
      bus = line ??= open(busAddress);
    } catch (error) {
      // An address of a kind that nobody knows. What befalls the line itself is answered to the call.
      return done(err({ name: null, message: error instanceof Error ? error.message : String(error) }));
    }
    unanswered += 1;
    bus.invoke(messageOf(call), { timeout: boundMs }, (error: DBusError | null, ...values: unknown[]) => {
      unanswered -= 1;
      waiting.shift()?.();
      done(error ? err(faultOf(error)) : ok(values));
    });
  };

  return {
    known: address !== null,
    call(call, done, boundMs = CALL_BOUND_MS) {
      if (address === null) return done(err({ name: null, message: 'this session has no bus' }));
      if (unanswered < UNANSWERED_LIMIT) send(address, call, boundMs, done);
      else waiting.push(() => send(address, call, boundMs, done));
    },
    tell: (call) => void line?.invoke({ ...messageOf(call), flags: NO_REPLY_EXPECTED }, () => undefined),
    match(rule) {
      rules.add(rule);
      if (line) addMatch(line, rule);
    },
    onSignal: (heard) => void onSignal.push(heard),
    onLost: (lost) => void onLost.push(lost),
    close() {
      line?.connection.end();
      line = null;
    },
  };
}

/** Whether somebody on the session bus holds this name. No bus or no answer in time counts as nobody. */
export function nameHasOwner(bus: SessionBus, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answered = (answer: BusAnswer) => resolve(answer.ok && answer.value[0] === true);
    bus.call({ ...BUS, member: 'NameHasOwner', signature: 's', body: [name] }, answered, PRESENT_BOUND_MS);
  });
}

/**
 * Whether a tray icon would be seen. On Linux an icon is accepted also where no panel shows it, and a program that hides
 * there is lost to its user; so the session bus is asked, and no answer counts as no tray.
 */
export function trayHostPresent(platform: NodeJS.Platform, bus: SessionBus): Promise<boolean> {
  return platform === 'linux' ? nameHasOwner(bus, 'org.kde.StatusNotifierWatcher') : Promise.resolve(true);
}

/** Whether anything shows notifications. Electron does not say on Linux why one failed; the bus knows. */
export function notificationDaemonPresent(platform: NodeJS.Platform, bus: SessionBus): Promise<boolean> {
  return platform === 'linux' ? nameHasOwner(bus, 'org.freedesktop.Notifications') : Promise.resolve(true);
}
