import type { Command } from '../../core/contract/commands.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { RunningServer } from './runningServer.ts';

/** Sends one decision; throws where it is not accepted. */
export type Decide = (command: Command) => Promise<void>;

/** Decisions of a colleague's device. */
export async function colleague(server: RunningServer): Promise<Decide> {
  const post = async (path: string, body: unknown, token?: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const device = { name: 'Office', kind: 'tool' };
  const enrolled = HTTP.enrol.success.parse(await post(HTTP.enrol.path, { ticket: await server.newTicket(), device }));
  return async (command) => {
    const answer = HTTP.commands.success.parse(await post(HTTP.commands.path, command, enrolled.token ?? ''));
    if (answer.outcome !== 'accepted') throw new Error(`${command.type}: ${JSON.stringify(answer)}`);
  };
}
