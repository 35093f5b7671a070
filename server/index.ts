import { begin } from './begin.ts';
import { keepCompiled, writeCompiled } from './compiled.ts';
import { loadConfig } from './config.ts';
import { codedError, type CodedError } from '../core/contract/errors.ts';
import { FOUND_HASH } from '../core/contract/founding.ts';
import { createLog, type ServerLog } from './log.ts';
import { findParent, type Parent } from './parent.ts';

/** A stop that takes longer than this, after the time for a balancer, is ended the hard way; what was acknowledged is on disk by then anyway. */
const STOP_LIMIT_MS = 5000;

/** By then the desktop has its board. */
const COMPILED_AFTER_MS = 10_000;

/** Ends the process once its last lines are out. */
function end(log: ServerLog | null, code: number): void {
  if (log) log.flush(() => process.exit(code));
  else process.exit(code);
}

async function fail(parent: Parent | null, log: ServerLog | null, error: CodedError): Promise<void> {
  process.stderr.write(`${error.message} [${error.code}]\n`);
  await parent?.tell({ type: 'failed', error });
  end(log, 1);
}

async function main(): Promise<void> {
  const parent = findParent();
  const loaded = loadConfig(process.argv.slice(2), process.env, process.cwd());
  if (!loaded.ok) return fail(parent, null, codedError('server.start_failed', loaded.error.map((problem) => problem.message).join('\n')));
  if (loaded.value.kind === 'help') {
    process.stdout.write(loaded.value.text);
    return;
  }
  const { config } = loaded.value;
  const log = createLog(config.logLevel);

  // Heard from the first moment on: a stop during a slow start is kept until there is something to stop.
  let askStop: (why: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => (askStop = resolve));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => askStop(signal));
  parent?.onGone(() => askStop('the parent went away'));
  let ticketWanted: () => void = () => undefined;
  parent?.onOrder((order) => (order.type === 'stop' ? askStop('asked by the parent') : ticketWanted()));

  keepCompiled(config.dataDir);
  const begun = await begin(config);
  if (!begun.ok) return fail(parent, log, begun.error);
  // The larger part of the program is loaded while the database starts.
  const { serve } = await import('./serve.ts');
  const served = await serve(config, log, undefined, begun.value);
  if (!served.ok) return fail(parent, log, served.error);
  const serving = served.value;

  const ticketFor = async (): Promise<string | null> => {
    try {
      return await serving.ticket();
    } catch (error) {
      log.error({ err: error }, 'a ticket could not be made');
      return null;
    }
  };
  ticketWanted = () => void ticketFor().then((made) => parent?.tell({ type: 'ticket', ticket: made }));

  log.info({ url: serving.url, role: config.role.join(','), organisationId: serving.organisationId, ms: Math.round(performance.now()) }, 'server ready');
  const founding = await serving.foundingToken();
  await parent?.tell({ type: 'ready', url: serving.url, ticket: await ticketFor(), founding, organisationId: serving.organisationId });
  setTimeout(writeCompiled, COMPILED_AFTER_MS).unref();
  // Never into the log: it goes to whoever started the server, and opens it.
  const foundingLink = founding === null ? null : `${config.publicUrl ?? serving.url}/${FOUND_HASH}${founding}`;
  if (config.printTicket) process.stdout.write(`${(await ticketFor()) ?? foundingLink ?? 'There is no organisation yet, so there is no ticket.'}\n`);
  if (!parent && !config.printTicket) process.stderr.write(`WedSync server on ${serving.url}\n${foundingLink === null ? '' : `No venue is set up yet. Open this once, in this start of the server: ${foundingLink}\n`}`);

  const stop = async (why: string, code: number) => {
    log.info({ why }, 'server stopping');
    const limitMs = config.drainMs + STOP_LIMIT_MS;
    const limit = setTimeout(() => {
      log.error({ limitMs }, 'the stop took too long');
      end(log, 1);
    }, limitMs);
    try {
      await serving.stop();
      log.info({}, 'server stopped');
    } catch (error) {
      log.error({ err: error }, 'the stop was not clean');
      code = 1;
    }
    clearTimeout(limit);
    end(log, code);
  };
  void asked.then((why) => stop(why, 0));
  void serving.died.then((error) => {
    log.fatal({ err: error }, 'the database is gone');
    return stop('the database is gone', 1);
  });
}

await main();
