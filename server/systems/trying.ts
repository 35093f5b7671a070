import { randomUUID } from 'node:crypto';
import type { ConnectPath, TestReport, TryAnswer } from '../../core/contract/systems.ts';
import type { Clock, Http, Log } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { fieldsOf, type Entered } from './values.ts';

/** However many calls a test makes, its person waits no longer than this. */
const TRY_MS = 15_000;
const FEED_MS = 10_000;

export interface TryPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
}

const failed = (message: string, retryable: boolean): TryAnswer => ({ outcome: 'failed', code: retryable ? 'connect.untried' : 'connect.refused', message, retryable });

/** Whether a calendar is behind the address. */
async function tryFeed(url: string, { http }: TryPorts): Promise<TryAnswer> {
  try {
    const { status, body } = await http.send({ method: 'GET', url, headers: { accept: 'text/calendar' }, timeoutMs: FEED_MS });
    if (status >= 500 || status === 429) return failed(`The address answered ${status}.`, true);
    if (status !== 200) return failed(`The address answered ${status}.`, false);
    if (!/^\s*BEGIN:VCALENDAR/i.test(body.replace(/^\uFEFF/, ''))) return failed('There is no calendar (iCalendar) behind the address.', false);
    const name = /^X-WR-CALNAME[^:]*:(.{1,200})$/im.exec(body)?.[1]?.trim() ?? null;
    const entries = body.match(/^BEGIN:VEVENT/gim)?.length ?? 0;
    return { outcome: 'worked', report: { account: name, details: [`${entries} ${entries === 1 ? 'entry' : 'entries'}`] } };
  } catch (cause) {
    return failed(`No answer from the address: ${cause instanceof Error ? cause.message : 'unknown reason'}.`, true);
  }
}

async function call(vendor: VendorModule, path: ConnectPath, entered: Entered, ports: TryPorts, connectionId: string): Promise<TryAnswer> {
  const feedUrl = entered.secrets['feedUrl'] ?? entered.settings['feedUrl'];
  if (path === 'feed' && feedUrl !== undefined) return tryFeed(feedUrl, ports);
  if (path !== 'native' || !vendor.test) return { outcome: 'untestable' };
  // Before leave is given there is nothing to call with.
  if (vendor.manifest.oauth !== null && !entered.secrets['accessToken']) return { outcome: 'untestable' };
  let called = false;
  const http: Http = {
    send(request) {
      called = true;
      return ports.http.send(request);
    },
  };
  const answer = await vendor.test({ connectionId, settings: entered.settings, secrets: entered.secrets }, { http, clock: ports.clock });
  // Nobody was called because a key that is not needed for deliveries was not given.
  const lacksKey = fieldsOf(vendor.manifest, path).some((field) => field.sensitive && !field.required && field.input !== 'generated' && !entered.secrets[field.key]);
  if (!answer.ok && !called && lacksKey) return { outcome: 'untestable' };
  if (answer.ok) return { outcome: 'worked', report: { account: answer.value.account, details: [...answer.value.details] } satisfies TestReport };
  return failed(answer.error.message, answer.error.retryable);
}

/** Calls the vendor once with what was entered; nothing is kept. Never rejects. */
export async function tryOut(vendor: VendorModule, path: ConnectPath, entered: Entered, ports: TryPorts, connectionId: string = randomUUID()): Promise<TryAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<TryAnswer>((resolve) => {
    timer = setTimeout(() => resolve(failed(`${vendor.manifest.name} has not answered within ${TRY_MS / 1000} seconds.`, true)), TRY_MS);
  });
  try {
    return await Promise.race([call(vendor, path, entered, ports, connectionId), late]);
  } catch (error) {
    ports.log.error({ err: error, system: vendor.manifest.id }, 'trying out a connection failed');
    return failed('It could not be tried out.', true);
  } finally {
    clearTimeout(timer);
  }
}
