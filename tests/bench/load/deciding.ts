import http from 'node:http';
import { CommandAnswer, type Command } from '../../../core/contract/commands.ts';
import { HTTP } from '../../../core/contract/http.ts';
import { machineNow } from './clock.ts';

/** A person's decision over HTTP, as a console sends it. */

export interface Decided {
  readonly answer: CommandAnswer;
  /** When the whole answer was in; machine clock, milliseconds. */
  readonly answeredAt: number;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** Rejects where it was not taken. */
export async function decide(url: string, token: string, command: Command): Promise<Decided> {
  const decided = await ask(url, token, command);
  if (decided.answer.outcome !== 'accepted') throw new Error(`the decision was not taken: ${JSON.stringify(decided.answer)}`);
  return decided;
}

/** Whatever the answer is. */
export function ask(url: string, token: string, command: Command): Promise<Decided> {
  const body = JSON.stringify(command);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization: `Bearer ${token}` };
    const request = http.request(url + HTTP.commands.path, { method: HTTP.commands.method, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        const answeredAt = machineNow();
        if (response.statusCode !== 200) return reject(new Error(`the decision was answered ${String(response.statusCode)}: ${text}`));
        resolve({ answer: CommandAnswer.parse(JSON.parse(text)), answeredAt });
      });
    });
    request.on('error', reject).end(body);
  });
}
