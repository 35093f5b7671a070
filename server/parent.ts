import { z } from 'zod';
import type { ServerMessage, ServerOrder } from './messages.ts';

/** The process that started this one, however it did: a Node child with a channel, or Electron's utility process. */
export interface Parent {
  /** Resolves when the message has been handed over. */
  tell(message: ServerMessage): Promise<void>;
  onOrder(listener: (order: ServerOrder) => void): void;
  /** The parent went away without asking to stop. */
  onGone(listener: () => void): void;
}

const Order = z.discriminatedUnion('type', [z.object({ type: z.literal('stop') }), z.object({ type: z.literal('ticket') })]);

/** The part of Electron's `process.parentPort` that is used; its types would drag Electron into the server. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

const HAND_OVER_MS = 100;

/** Null when nobody listens: started by hand or by a service manager. */
export function findParent(): Parent | null {
  const port = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;
  const deliver = (raw: unknown, listener: (order: ServerOrder) => void) => {
    const order = Order.safeParse(raw);
    if (order.success) listener(order.data);
  };
  if (port) {
    return {
      async tell(message) {
        port.postMessage(message);
        // There is no word of delivery here; a process that ends at once would lose what it just said.
        if (message.type === 'failed') await new Promise((resolve) => setTimeout(resolve, HAND_OVER_MS));
      },
      onOrder: (listener) => port.on('message', (event) => deliver(event.data, listener)),
      // Electron ends its utility processes itself.
      onGone: () => undefined,
    };
  }
  if (!process.send) return null;
  return {
    tell: (message) =>
      new Promise((resolve) => {
        // A parent that is gone needs no word; its going is heard by `onGone`.
        if (!process.connected || !process.send) return resolve();
        process.send(message, undefined, {}, () => resolve());
      }),
    onOrder: (listener) => void process.on('message', (raw) => deliver(raw, listener)),
    onGone: (listener) => void process.on('disconnect', listener),
  };
}
