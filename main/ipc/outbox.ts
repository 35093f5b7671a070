import type { Outbox } from '../../core/link/outboxRunner.ts';
import type { Handlers } from './handle.ts';

export interface OutboxDeps {
  readonly outbox: Outbox;
}

/** A decision is kept first and sent as soon as there is a line; the person sees what became of it in the list. */
export function outboxHandlers({ outbox }: OutboxDeps): Pick<Handlers, 'command:send' | 'outbox:list' | 'outbox:cancel' | 'outbox:resolve'> {
  return {
    'command:send': (command) => outbox.queue(command),
    'outbox:list': () => outbox.list(),
    'outbox:cancel': ({ commandId }) => outbox.cancel(commandId),
    'outbox:resolve': (choice) => outbox.resolve(choice),
  };
}
