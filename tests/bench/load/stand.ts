import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { FromStand, Stands, Told, ToStand, Wrote } from './standMessages.ts';

/** The calendars of others, as the bench speaks to them. */
export interface Stand {
  readonly url: string;
  /** The door before a real CalDAV server. */
  readonly davUrl: string;
  readonly port: number;
  readonly davPort: number;
  server(url: string): Promise<void>;
  before(port: number): Promise<void>;
  list(entries: number): Promise<void>;
  /** Settles when every call over the channel has its answer. */
  move(what: Omit<Extract<ToStand, { do: 'move' }>, 'do'>): Promise<readonly Told[]>;
  wrote(turn: number): Promise<readonly Wrote[]>;
  stands(google: number): Promise<readonly Stands[]>;
  channels(): Promise<Readonly<Record<string, number>>>;
  /** When somebody read: pages of the long list, and what goes through the door. Machine clock. */
  asked(): Promise<readonly number[]>;
  end(): void;
}

export async function startStand(): Promise<Stand> {
  const child = fork(join(import.meta.dirname, 'calendarStand.ts'), { serialization: 'advanced' });
  const next = <K extends FromStand['is']>(is: K): Promise<Extract<FromStand, { is: K }>> =>
    new Promise((resolve, reject) => {
      const leave = (): void => void child.off('message', hear).off('exit', ended);
      const ended = (code: number | null): void => {
        leave();
        reject(new Error(`the calendars of others ended with ${String(code)}`));
      };
      const hear = (message: FromStand): void => {
        if (message.is !== is) return;
        leave();
        resolve(message as Extract<FromStand, { is: K }>);
      };
      child.on('message', hear).on('exit', ended);
    });
  const ask = <K extends FromStand['is']>(message: ToStand, is: K): Promise<Extract<FromStand, { is: K }>> => {
    const answer = next(is);
    child.send(message);
    return answer;
  };
  const { port, davPort } = await next('ready');
  const done = async (message: ToStand): Promise<void> => void (await ask(message, 'done'));
  return {
    url: `http://127.0.0.1:${port}`, davUrl: `http://127.0.0.1:${davPort}`, port, davPort,
    server: (url) => done({ do: 'server', url }),
    before: (to) => done({ do: 'before', port: to }),
    list: (entries) => done({ do: 'list', entries }),
    move: async (what) => (await ask({ do: 'move', ...what }, 'moved')).told,
    wrote: async (turn) => (await ask({ do: 'wrote', turn }, 'wrote')).wrote,
    stands: async (google) => (await ask({ do: 'stands', google }, 'stands')).stands,
    channels: async () => (await ask({ do: 'channels' }, 'channels')).open,
    asked: async () => (await ask({ do: 'asked' }, 'asked')).at,
    end: () => void child.kill(),
  };
}
