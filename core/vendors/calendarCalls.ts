import { err, ok } from '../contract/result.ts';
import type { HttpResponse } from '../ports/ports.ts';
import type { CalendarResult, CalendarTrouble } from './calendars.ts';
import { callJson, type Call } from './calls.ts';
import type { CallPorts, RereadError } from './calling.ts';

/** Calls that write into calendars over JSON, and what their refusals mean. */

type Code = CalendarTrouble['code'];

export const trouble = (code: Code, message: string): CalendarResult<never> => err({ code, message, retryable: false, retryAfterMs: null });
export const refusedEvent = (message: string): CalendarResult<never> => trouble('calendar.refused', message);

const BY_STATUS: Readonly<Partial<Record<number, Code>>> = {
  403: 'calendar.forbidden',
  404: 'calendar.gone',
  409: 'calendar.changed_there',
  410: 'calendar.gone',
  412: 'calendar.changed_there',
};

/** What a failed call of any kind means to whoever writes. */
export function troubleOf({ code, status, ...error }: RereadError): CalendarTrouble {
  const more = { ...error, ...(status === undefined ? {} : { status }) };
  if (code === 'normalise.reread_failed' || code === 'normalise.no_access' || code === 'normalise.shape_unknown') return { code, ...more };
  if (code === 'normalise.forbidden') return { code: 'calendar.forbidden', ...more };
  return { code: (status === undefined ? undefined : BY_STATUS[status]) ?? 'calendar.refused', ...more };
}

export interface Asked<T> {
  readonly value: T;
  /** Lower-case names. */
  readonly headers: HttpResponse['headers'];
}

/** As {@link callJson}; an answer without a body is `{}`. `read` sees each answer first, where a vendor says things in its own way. */
export async function callCalendar<T>(
  call: Call<T>, ports: CallPorts, read?: (response: HttpResponse) => HttpResponse,
): Promise<CalendarResult<Asked<T>>> {
  let headers: HttpResponse['headers'] = {};
  const send: CallPorts['http']['send'] = async (request) => {
    const response = await ports.http.send(request);
    headers = response.headers;
    const seen = read?.(response) ?? response;
    return seen.body === '' ? { ...seen, body: '{}' } : seen;
  };
  const answer = await callJson(call, { ...ports, http: { send } });
  return answer.ok ? ok({ value: answer.value, headers }) : err(troubleOf(answer.error));
}

/** Pages of a list are read until there is no more, and no longer than this. */
export const MOST_PAGES = 20;
