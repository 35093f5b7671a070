import http from 'node:http';

/** One request as it goes over the line. */
export interface Shot {
  readonly method: string;
  /** As written in the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Sends it as it is; nothing is put right on the way. `null` = the line was closed without an answer. */
export function asker(url: string): { ask(shot: Shot): Promise<Answer | null>; close(): void } {
  const { hostname, port } = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  return {
    close: () => agent.destroy(),
    ask: (shot) =>
      new Promise((resolve, reject) => {
        const length = shot.body === null || 'transfer-encoding' in shot.headers ? {} : { 'content-length': String(shot.body.length) };
        const request = http.request({ hostname, port, agent, method: shot.method, path: shot.path, headers: { ...length, ...shot.headers }, timeout: 10_000 });
        let answered = false;
        request.on('response', (response) => {
          answered = true;
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => void parts.push(part));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString('utf8') }));
          response.on('error', reject);
        });
        request.on('timeout', () => request.destroy(new Error(`no answer within ten seconds to ${shot.method} ${shot.path.slice(0, 200)}`)));
        request.on('error', (error: NodeJS.ErrnoException) => {
          if (answered) return;
          // A body that is refused by its size is not read to its end: the line may be gone before it is written.
          if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return resolve(null);
          reject(error);
        });
        request.end(shot.body ?? undefined);
      }),
  };
}
