import { err, ok } from '../contract/result.ts';
import { DAV_TYPES, davWriting } from './davWriting.ts';
import { findHome, listCalendars, type DavCalendar } from './davDiscovery.ts';
import { chosenFrom, readDavPage } from './davLook.ts';
import { openSession, refusal, type DavResult, type DavSystem } from './davSession.ts';
import { meaningFields, feedPart, type FeedOptions } from './feeds.ts';
import type { ManifestField } from './manifest.ts';
import { zoneOf } from './settings.ts';
import type { CalendarPart } from './calendars.ts';
import type { PollPart, TestReport, VendorModule } from './vendor.ts';

/** A folder's parts for a system that speaks CalDAV: looking at it, understanding what that brought, writing, trying it out. */

const MEANING: FeedOptions = { means: 'events', types: DAV_TYPES };

/** What every such connection asks for besides address, name and password. */
export const DAV_FIELDS: readonly ManifestField[] = [
  {
    key: 'calendars',
    label: 'Calendars',
    help: 'Their names, with commas between. Leave empty for all that hold events. The test shows which there are.',
    sensitive: false,
    required: false,
  },
  ...meaningFields(MEANING, 'native'),
];

const { normalise } = feedPart(MEANING);

const LISTED = 30;

function reportOf(name: string, all: readonly DavCalendar[], chosen: readonly DavCalendar[]): TestReport {
  const shown = (list: readonly DavCalendar[]): string => {
    const names = list.slice(0, LISTED).map((one) => (one.writable === false ? `${one.name} (read only)` : one.name)).join(', ');
    return list.length > LISTED ? `${names} and ${list.length - LISTED} more` : names;
  };
  const others = all.filter((one) => !chosen.includes(one));
  return { account: name, details: [`Calendars: ${shown(chosen)}`, ...(others.length > 0 ? [`Not chosen: ${shown(others)}`] : [])] };
}

export interface DavParts {
  readonly poll: PollPart;
  readonly test: NonNullable<VendorModule['test']>;
  readonly calendar: CalendarPart;
}

export function davCalendars(system: DavSystem): DavParts {
  const poll: PollPart = {
    everySeconds: 300,
    async read(cursor, access, ports) {
      const session = openSession(system, access, ports);
      if (!session.ok) return session;
      const inUse = access.listened?.map(({ calendarRef }) => calendarRef);
      const oursOnly = access.listened?.filter((one) => one.oursOnly).map(({ calendarRef }) => calendarRef);
      return readDavPage({ session: session.value, cursor, choice: access.settings['calendars'] ?? '', inUse, oursOnly, written: access.written, zone: zoneOf(access.settings) });
    },
    normalise,
  };

  const tried = async (...[access, ports]: Parameters<NonNullable<VendorModule['test']>>): Promise<DavResult<TestReport>> => {
    const session = openSession(system, access, ports);
    if (!session.ok) return session;
    const home = await findHome(session.value);
    if (!home.ok) return home;
    const all = await listCalendars(session.value, home.value.homes);
    if (!all.ok) return all;
    if (all.value.length === 0) return err(refusal(`${system.who} has no calendar that can hold events. Make one over there first.`));
    const chosen = chosenFrom(access.settings['calendars'] ?? '', all.value);
    const report = reportOf(home.value.name ?? session.value.user, all.value, chosen);
    if (chosen.length > 0) return ok(report);
    const there = reportOf('', all.value, all.value).details.join('');
    return err({ ...refusal(`None of the calendars has a name that was entered. ${there}`), field: 'calendars' });
  };

  return {
    poll,
    calendar: davWriting(system),
    async test(access, ports) {
      const answer = await tried(access, ports);
      // Whoever has just entered an address is helped more by hearing that it is the wrong one than by trying again.
      return !answer.ok && answer.error.trouble === 'address' ? err({ ...answer.error, code: 'normalise.reread_refused', retryable: false }) : answer;
    },
  };
}
