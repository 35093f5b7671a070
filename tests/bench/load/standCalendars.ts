import type { CalendarServer } from '../../support/calendarServers.ts';
import { FakeGoogle } from '../../vendors/google-calendar/fake.ts';
import { FakeGraph } from '../../vendors/microsoft-graph/fake.ts';
import type { WantedCalendar } from './calendarVenue.ts';
import { LONG_CALENDAR } from './longList.ts';
import type { Stand } from './stand.ts';

/** How a connection finds the calendars of the stand-in. */

type Direction = WantedCalendar['direction'];
const CLIENT = { clientId: 'client' } as const;
const google = new FakeGoogle(null);
const graph = new FakeGraph(null);

/** `name`: `google/0`, `graph/0`, or `long/0` for the long list. */
export function calendarAt({ url }: Stand, name: string, direction: Direction): WantedCalendar {
  const [system, ref, accessToken] = name.startsWith('graph')
    ? (['microsoft-graph', graph.calendarId, graph.token] as const)
    : (['google-calendar', name.startsWith('long') ? LONG_CALENDAR : google.calendarId, google.token] as const);
  const settings = { ...CLIENT, baseUrl: `${url}/${name}`, calendarId: ref };
  return { system, ref, direction, settings, secrets: { clientSecret: 's', accessToken } };
}

/** A calendar of a real server, through the door before it. */
export const davAt = ({ davUrl }: Stand, { home, user, password }: CalendarServer, id: string, direction: Direction): WantedCalendar => ({
  system: 'caldav', ref: `${davUrl}${home}${id}/`, direction, secrets: { password }, settings: { serverUrl: `${davUrl}/`, userName: user, zone: 'Europe/London' },
});
