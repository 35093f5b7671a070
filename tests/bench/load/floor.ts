import http from 'node:http';
import { once } from 'node:events';
import { machineNow } from './clock.ts';

/** Milliseconds of one bare call after another to that address, whatever it answers, over one connection that stays open. */
export async function floorOf(url: string, calls: number): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const took: number[] = [];
  try {
    for (let n = 0; n < calls; n += 1) {
      const from = machineNow();
      const request = http.request(`${url}/bare`, { method: 'GET', agent }).end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      await once(response, 'end');
      took.push(machineNow() - from);
    }
    return took;
  } finally {
    agent.destroy();
  }
}
