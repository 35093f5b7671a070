import { err, ok, type Result } from '../contract/result.ts';
import type { CalendarPart, RemoteCalendar } from './calendars.ts';
import type { CallPorts, ConnectionAccess, RereadError } from './calling.ts';

/** False = leave was given, and not for this: connections from before have leave to read only. Microsoft may put its address before a scope. */
export function mayWrite({ granted }: Pick<ConnectionAccess, 'granted'>, scope: string): boolean {
  return granted === undefined || granted.some((one) => one === scope || one.toLowerCase().endsWith(`/${scope.toLowerCase()}`));
}

/** A connection that reads one calendar of its account: which one, as the list of calendars names it. `main` = the word for the main one. */

const isMain = (id: string | undefined, main: string): boolean => id === undefined || id === '' || id === main;

export function readOf(main: string, id: string | undefined, all: readonly RemoteCalendar[]): readonly string[] {
  return all.filter((one) => (isMain(id, main) ? one.primary : one.remoteId === id)).map((one) => one.remoteId);
}

/**
 * Out of the cursor, where an earlier page has found it. Null = nobody can tell, and the entries come without it; an error = it is worth
 * trying again.
 */
export async function refOf(
  main: string, held: Readonly<Record<string, unknown>>, access: ConnectionAccess, ports: CallPorts, part: Pick<CalendarPart, 'calendars'>,
): Promise<Result<string | null, RereadError>> {
  const id = access.settings['calendarId'];
  if (id !== undefined && !isMain(id, main)) return ok(id);
  if (typeof held['calendar'] === 'string' && held['calendar'] !== '') return ok(held['calendar']);
  const all = await part.calendars(ports, access);
  if (all.ok) return ok(readOf(main, id, all.value)[0] ?? null);
  const { code } = all.error;
  if (code === 'normalise.reread_failed' || code === 'normalise.no_access') return err({ ...all.error, code });
  return ok(null);
}
