import type { ConnectPath, TestReport, TryAnswer } from '../contract/systems.ts';
import type { Http } from '../ports/ports.ts';
import { fieldsOf } from './keeping.ts';
import type { CallPorts, RereadError, VendorModule } from './vendor.ts';

/** Trying out what was entered, wherever that is done: on the server, or on the desktop that keeps the key. */

export interface Entered {
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** However many calls a test makes, its person waits no longer than this. Milliseconds. */
export const TRY_MS = 15_000;
const FEED_MS = 10_000;

export const tryFailed = (message: string, retryable: boolean): TryAnswer => ({
  outcome: 'failed',
  code: retryable ? 'connect.untried' : 'connect.refused',
  message,
  retryable,
});

/** The answer to a person for whom it took longer than {@link TRY_MS}. */
export const triedTooLong = ({ manifest }: VendorModule): TryAnswer =>
  tryFailed(`${manifest.name} has not answered within ${TRY_MS / 1000} seconds.`, true);

/** Whether a calendar is behind the address. */
async function tryFeed(url: string, { http }: CallPorts): Promise<TryAnswer> {
  try {
    const { status, body } = await http.send({ method: 'GET', url, headers: { accept: 'text/calendar' }, timeoutMs: FEED_MS });
    if (status >= 500 || status === 429) return tryFailed(`The address answered ${status}.`, true);
    if (status !== 200) return tryFailed(`The address answered ${status}.`, false);
    if (!/^\s*BEGIN:VCALENDAR/i.test(body.replace(/^\uFEFF/, ''))) return tryFailed('There is no calendar (iCalendar) behind the address.', false);
    const name = /^X-WR-CALNAME[^:]*:(.{1,200})$/im.exec(body)?.[1]?.trim() ?? null;
    const entries = body.match(/^BEGIN:VEVENT/gim)?.length ?? 0;
    return { outcome: 'worked', report: { account: name, details: [`${entries} ${entries === 1 ? 'entry' : 'entries'}`] } };
  } catch (cause) {
    return tryFailed(`No answer from the address: ${cause instanceof Error ? cause.message : 'unknown reason'}.`, true);
  }
}

/** What kind of field it is about says what is wrong: the address, the key, or a choice. */
function told({ manifest }: VendorModule, path: ConnectPath, { message, retryable, field: key }: RereadError): TryAnswer {
  const failed = tryFailed(message, retryable);
  const field = fieldsOf(manifest, path).find((one) => one.key === key);
  if (field === undefined || failed.outcome !== 'failed') return failed;
  if (retryable || field.sensitive) return { ...failed, field: field.key };
  return { ...failed, code: field.input === 'url' ? 'connect.address_wrong' : 'connect.field_invalid', field: field.key };
}

/** Calls the vendor once; the caller sets the limit of time. */
export async function tryVendor(
  vendor: VendorModule,
  path: ConnectPath,
  entered: Entered,
  ports: CallPorts,
  connectionId: string,
): Promise<TryAnswer> {
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
  const lacksKey = fieldsOf(vendor.manifest, path).some(
    (field) => field.sensitive && !field.required && field.input !== 'generated' && !entered.secrets[field.key],
  );
  if (!answer.ok && !called && lacksKey) return { outcome: 'untestable' };
  if (answer.ok) return { outcome: 'worked', report: { account: answer.value.account, details: [...answer.value.details] } satisfies TestReport };
  return told(vendor, path, answer.error);
}
