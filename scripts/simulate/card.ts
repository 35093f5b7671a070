import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What the server wrote into its data folder, as far as the simulation needs it. */

const DemoConnection = z.object({
  system: z.string(),
  connectionId: z.string(),
  /** Address of the connection's webhook, below the server's. */
  path: z.string().startsWith('/'),
  secrets: z.record(z.string(), z.string()),
  settings: z.record(z.string(), z.string()),
});
export type DemoConnection = z.infer<typeof DemoConnection>;

const DemoWedding = z.object({
  id: z.string(),
  title: z.string(),
  date: z.string(),
  zone: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  coupleName: z.string(),
  coupleEmail: z.string(),
  today: z.boolean(),
});
export type DemoWedding = z.infer<typeof DemoWedding>;

const DemoCard = z.object({ organisationId: z.string(), connections: z.array(DemoConnection).min(1), weddings: z.array(DemoWedding).min(1) });
export type DemoCard = z.infer<typeof DemoCard>;

const ServerFile = z.object({ url: z.url({ protocol: /^https?$/ }), pid: z.int() });

/** Something that the person in front of the terminal can put right; the message says how. */
export class PlainProblem extends Error {}

async function readJson<T>(path: string, shape: z.ZodType<T>, missing: string): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new PlainProblem(missing);
    throw new PlainProblem(`${path} cannot be read: ${(cause as Error).message}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A half-written file is the same to the reader as a wrong one.
    throw new PlainProblem(`${path} is not JSON. Start the server again: it writes the file anew.`);
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) throw new PlainProblem(`${path} is not what this version expects (${z.prettifyError(parsed.error)}).`);
  return parsed.data;
}

/** The running server and its demo venue, or a {@link PlainProblem} that says what to start first. */
export async function readDemo(dataDir: string): Promise<{ readonly url: string; readonly card: DemoCard }> {
  const start = 'Start it with `npm start` in another terminal, then run this again.';
  const server = await readJson(join(dataDir, 'server.json'), ServerFile, `No server is running with the data folder ${dataDir}. ${start}`);
  const noDemo = `The server with the data folder ${dataDir} has no demo venue. Start it with WEDSYNC_DEMO=1, or choose another WEDSYNC_DATA_DIR.`;
  const card = await readJson(join(dataDir, 'demo.json'), DemoCard, noDemo);
  const url = server.url.replace(/\/+$/, '');
  let alive = false;
  try {
    alive = (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    // Refused or timed out: both mean the file is left over from a server that has gone.
    alive = false;
  }
  if (!alive) throw new PlainProblem(`The server at ${url} does not answer. ${start}`);
  return { url, card };
}
