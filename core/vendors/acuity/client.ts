import type { z } from 'zod';
import type { HttpRequest } from '../../ports/ports.ts';
import { apiClient, type Api, type ApiClient } from '../apiClient.ts';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import { callCalendar, trouble, type Asked } from '../calendarCalls.ts';
import type { CalendarResult } from '../calendars.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

const ACUITY: Api = {
  who: 'Acuity',
  baseUrl: DEFAULT_BASE_URL,
  headers({ settings, secrets }) {
    const [user, key] = [settings['userId'], secrets['apiKey']];
    return user && key ? { authorization: `Basic ${encodeBase64(encodeUtf8(`${user}:${key}`))}` } : null;
  },
};

export const acuityClient = (access: ConnectionAccess, ports: CallPorts): ApiClient => apiClient(ACUITY, access, ports);

export interface CalendarAsk<T> {
  readonly method: HttpRequest['method'];
  /** Behind the base address; ids in it are checked by whoever makes it. */
  readonly path: string;
  readonly what: string;
  readonly shape: z.ZodType<T>;
  readonly body?: unknown;
}

/** One call about calendars; an error is what it means to whoever writes. */
export async function askCalendar<T>(
  ports: CallPorts, access: ConnectionAccess, { method, path, what, shape, body }: CalendarAsk<T>,
): Promise<CalendarResult<Asked<T>>> {
  const own = ACUITY.headers(access);
  if (own === null) return trouble('normalise.no_access', 'The connection has no access to Acuity yet: its user ID or its key is missing.');
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { ...own, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const { baseUrl } = acuityClient(access, ports);
  return callCalendar({ who: ACUITY.who, what, url: `${baseUrl}${path}`, headers, method, shape, success: [200, 201, 204], ...sent }, ports);
}
