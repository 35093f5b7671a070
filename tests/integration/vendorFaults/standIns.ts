import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { certificate } from '../../vendors/certificateMaker.ts';

/** How a stand-in behaves to every call while a fault is on. */
export type Behaviour = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A vendor on loopback: answers as its samples do, or as badly as it is told. */
export interface StandIn {
  readonly samples: VendorSamples;
  readonly host: string;
  /** The connection's settings and secrets, with its address in place of the made-up one. */
  readonly settings: Readonly<Record<string, string>>;
  /** Calls since the fault began. */
  calls: number;
  /** Null = it works. */
  behaviour: Behaviour | null;
  /** What a good answer is turned into before it is sent. */
  twist: ((body: string, path: string) => string) | null;
  close(): Promise<void>;
}

const bodyOf = async (request: http.IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** The samples' own answer: of the poll, of the trial, or of the objects that are read again. */
function goodAnswer(samples: VendorSamples, request: HttpRequest): HttpResponse {
  const object = samples.reread?.answers.get(new URL(request.url).pathname);
  if (object !== undefined) return { status: 200, headers: {}, body: JSON.stringify(object) };
  const listed = samples.poll?.respond(request);
  if (listed && listed.status !== 404) return listed;
  return samples.tryOut?.respond(request) ?? listed ?? { status: 404, headers: {}, body: '{}' };
}

export async function startStandIn(samples: VendorSamples): Promise<StandIn> {
  const { origin } = new URL(samples.access.settings['baseUrl'] ?? '');
  const self: { calls: number; behaviour: Behaviour | null; twist: StandIn['twist'] } = { calls: 0, behaviour: null, twist: null };
  const server = http.createServer((request, response) => {
    self.calls += 1;
    if (self.behaviour) return self.behaviour(request, response);
    void bodyOf(request).then((body) => {
      const path = request.url ?? '/';
      // Calls that are on their way twice with another host name in them are the samples' own to judge.
      const asked = decodeURIComponent(path).includes(own) ? path.replaceAll(encodeURIComponent(own), encodeURIComponent(origin)) : path;
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = goodAnswer(samples, { method: request.method as HttpRequest['method'], url: origin + asked, headers, body: body.replaceAll(own, origin), timeoutMs: 0 });
      const text = answer.body.replaceAll(origin, own);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(self.twist ? self.twist(text, path) : text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = `http://${host}`;
  const settings = { ...samples.access.settings, baseUrl: (samples.access.settings['baseUrl'] ?? '').replace(origin, own) };
  return Object.assign(self, {
    samples, host, settings,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

/** Somebody who speaks TLS with a certificate that proves nothing. */
export async function startImpostor(): Promise<{ readonly host: string; close(): void }> {
  const { pem, key } = certificate({ common: '127.0.0.1', from: Date.now() - 86_400_000, to: Date.now() + 86_400_000 });
  const server = https.createServer({ cert: pem, key: key.export({ type: 'pkcs8', format: 'pem' }) }, (_request, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A port that refuses: it was free a moment ago. */
export async function refusingHost(): Promise<string> {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const probe = connect(port, '127.0.0.1');
  await once(probe, 'error');
  return `127.0.0.1:${port}`;
}
