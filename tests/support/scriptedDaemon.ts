import { createClient, DBusError, defineInterface, type MessageBus } from 'dbus-native';

/** A notification daemon that does what a test says; on a real bus, spoken to as every other one. */
export interface ScriptedDaemon {
  readonly raised: readonly Raised[];
  /** The numbers that were asked to be taken away. */
  readonly takenAway: readonly number[];
  /** What the bus calls it. */
  readonly name: string;
  press(id: number, key: string, token?: string): void;
  /** Reasons by the specification: 1 expired, 2 by a person, 3 by the program. */
  closed(id: number, reason: number): void;
  stop(): Promise<void>;
}

export interface Raised {
  readonly id: number;
  readonly program: string;
  readonly replaces: number;
  readonly summary: string;
  readonly body: string;
  readonly actions: readonly string[];
  readonly hints: Readonly<Record<string, unknown>>;
  readonly expires: number;
}

export interface Script {
  readonly abilities: readonly string[];
  /** Number of the first toast; a daemon that starts anew begins again. */
  readonly firstId?: number;
  /** Waits with each toast until the returned promise is over; a rejection is the daemon's refusal. */
  readonly before?: () => Promise<void>;
}

const NAME = 'org.freedesktop.Notifications';

export async function connect(address: string): Promise<MessageBus> {
  const bus = createClient({ busAddress: address, authMethods: ['EXTERNAL'] });
  await bus.getId();
  return bus;
}

export async function startScriptedDaemon(address: string, script: Script): Promise<ScriptedDaemon> {
  const bus = await connect(address);
  const raised: Raised[] = [];
  const takenAway: number[] = [];
  let last = (script.firstId ?? 1) - 1;
  const daemon = defineInterface({
    name: NAME,
    methods: {
      GetCapabilities: { out: { capabilities: 'as' }, handler: () => script.abilities },
      Notify: {
        in: { program: 's', replaces: 'u', icon: 's', summary: 's', body: 's', actions: 'as', hints: 'a{sv}', expires: 'i' },
        out: { id: 'u' },
        handler: async (toast: Omit<Raised, 'id'>) => {
          await script.before?.();
          last += toast.replaces === 0 ? 1 : 0;
          const id = toast.replaces === 0 ? last : toast.replaces;
          raised.push({ ...toast, id });
          return id;
        },
      },
      CloseNotification: { in: { id: 'u' }, handler: ({ id }: { id: number }) => void takenAway.push(id) },
    },
    signals: {
      ActionInvoked: { args: { id: 'u', key: 's' } },
      NotificationClosed: { args: { id: 'u', reason: 'u' } },
      ActivationToken: { args: { id: 'u', token: 's' } },
    },
  });
  await bus.export('/org/freedesktop/Notifications', daemon);
  await bus.requestName(NAME, 0);
  return {
    raised,
    takenAway,
    name: bus.name ?? '',
    press(id, key, token) {
      if (token !== undefined) daemon.emit['ActivationToken']?.(id, token);
      daemon.emit['ActionInvoked']?.(id, key);
    },
    closed: (id, reason) => daemon.emit['NotificationClosed']?.(id, reason),
    stop: async () => {
      await bus.connection[Symbol.asyncDispose]();
    },
  };
}

export const refusal = (name: string, message: string): DBusError => Object.assign(new DBusError(message), { dbusName: name });
