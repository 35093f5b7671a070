import { CloseReason, PROTOCOL_VERSION, StreamBye, StreamFrame, StreamHeartbeat, StreamSnapshot, StreamWelcome, type StreamHello } from '../contract/stream.ts';
import { PresenceList } from '../contract/presence.ts';
import type { Log } from '../ports/ports.ts';
import type { LinkTransport, TransportHandlers } from './link.ts';
import { packetGuard, type EnginePacket } from './transportGuard.ts';

/** The part of socket.io-client that is used; given from outside so that core knows no socket. */
export interface SocketLike {
  on(event: string, listener: (payload: never) => void): unknown;
  connect(): unknown;
  disconnect(): unknown;
  emit(event: string, payload: unknown): unknown;
  /** The transport below, once `connect` was called. */
  readonly io?: { readonly engine?: { on(event: 'packet', listener: (packet: EnginePacket) => void): unknown } };
}
export type IoLike = (url: string, options: Record<string, unknown>) => SocketLike;

export interface SocketIoOptions {
  readonly url: string;
  readonly path: string;
  readonly log: Log;
  /** Milliseconds until an attempt that got no answer counts as failed. */
  readonly connectTimeoutMs?: number;
}

/**
 * Binds the link to Socket.IO. Its own reconnection is off: when and with which cursor to try again is the machine's
 * decision. Everything received is parsed; what does not parse ends the line, because skipping a frame would lose facts.
 */
export function socketIoTransport(io: IoLike, options: SocketIoOptions): LinkTransport {
  return {
    open(hello: StreamHello, handlers: TransportHandlers) {
      const socket = io(options.url, { path: options.path, auth: hello, transports: ['websocket'], reconnection: false, forceNew: true, autoConnect: false, timeout: options.connectTimeoutMs ?? 4_000, withCredentials: true });
      let done = false;
      const end = (reason: CloseReason): void => {
        if (done) return;
        done = true;
        socket.disconnect();
        handlers.down(reason);
      };
      const parsed = <T>(event: string, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: unknown } }, take: (value: T) => void): void => {
        socket.on(event, (payload: unknown) => {
          if (done) return;
          const result = schema.safeParse(payload);
          if (result.success) return take(result.data);
          options.log.error({ event, error: String(result.error).slice(0, 500) }, 'unreadable stream message');
          end('hello_invalid');
        });
      };
      // A server that answers with another protocol than ours is newer; it refuses older clients itself.
      parsed('welcome', StreamWelcome, (welcome) => (welcome.protocol === PROTOCOL_VERSION ? handlers.welcome(welcome) : end('protocol_too_new')));
      parsed('snapshot', StreamSnapshot, handlers.snapshot);
      parsed('frame', StreamFrame, handlers.frame);
      parsed('heartbeat', StreamHeartbeat, handlers.heartbeat);
      // No fact is lost with a list that cannot be read: the line stays.
      socket.on('presence', (payload: unknown) => {
        if (done) return;
        const list = PresenceList.safeParse(payload);
        if (list.success) handlers.presence(list.data);
        else options.log.warn({ error: String(list.error).slice(0, 300) }, 'unreadable list of who is here');
      });
      parsed('bye', StreamBye, (bye) => end(bye.reason));
      // A server may send an event of this name with anything in it.
      socket.on('connect_error', (error: { data?: { reason?: unknown } | null } | null | undefined) => {
        const reason = CloseReason.safeParse(error?.data?.reason);
        end(reason.success ? reason.data : 'transport_lost');
      });
      socket.on('disconnect', () => end('transport_lost'));
      socket.connect();
      const isSound = packetGuard();
      socket.io?.engine?.on('packet', (packet) => {
        if (isSound(packet)) return;
        options.log.error({ type: packet.type }, 'unreadable packet on the stream');
        // Its kind is what the library looks at next; it passes over this one.
        packet.type = 'noop';
        end('hello_invalid');
      });
      return {
        present(said): void {
          if (!done) socket.emit('presence', said);
        },
        close(): void {
          if (done) return;
          done = true;
          socket.disconnect();
        },
      };
    },
  };
}
