import type { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import type { HttpResponse } from '../../ports/ports.ts';
import { apiClient, bearer } from '../apiClient.ts';
import type { CallPorts, ConnectionAccess, RereadError } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

/** Google says "too many calls" with 403 too, and names it in the body only. */
export const isLimit = ({ status, body }: HttpResponse): boolean =>
  status === 403 && /"(?:userRateLimitExceeded|rateLimitExceeded|quotaExceeded)"/.test(body);

/** `gone` = the sync token is no longer known: everything has to be read again. */
export async function readGoogle<T>(
  path: string,
  what: string,
  shape: z.ZodType<T>,
  access: ConnectionAccess,
  ports: CallPorts,
): Promise<Result<T | 'gone', RereadError>> {
  let status = 0;
  const send: CallPorts['http']['send'] = async (request) => {
    const response = await ports.http.send(request);
    status = response.status;
    return isLimit(response) ? { ...response, status: 429 } : response;
  };
  const answer = await apiClient({ who: 'Google Calendar', baseUrl: DEFAULT_BASE_URL, headers: (of) => bearer(of) }, access, {
    ...ports,
    http: { send },
  }).read(path, what, shape);
  return !answer.ok && status === 410 ? ok('gone') : answer;
}

/** Nothing that could leave its place in a path. */
export const isCalendarId = (id: string): boolean => /^(?!.*\.\.)[\w.@#+-]*\w[\w.@#+-]*$/.test(id) && id.length <= 300;

/** Google's word for the main calendar of whoever has signed in. */
export const MAIN = 'primary';

/** The calendar's part of a path, '' = the main one; null for an id that is none. */
export function calendarPath(calendarId = ''): string | null {
  const id = calendarId || MAIN;
  return isCalendarId(id) ? `/calendars/${encodeURIComponent(id)}` : null;
}
