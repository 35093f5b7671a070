import { err, ok } from '../contract/result.ts';
import type { DavResponse, Multistatus } from './davAnswers.ts';
import { canonicalPath, type DavAddress } from './davAddresses.ts';
import { askCalendars, askHome, askPrincipal } from './davRequests.ts';
import { refusal, type DavError, type DavResult, type DavSession } from './davSession.ts';
import { APPLE_ICAL, CALDAV, CALENDAR_SERVER, childOf, childrenOf, DAV, textOf } from './davXml.ts';
import { shortText } from './fields.ts';
import { knownZone } from './wallTime.ts';

/** From an address to the calendars behind it (RFC 6764, RFC 5397, RFC 4791 section 6.2.1). */

export interface DavHome {
  /** What the account calls itself; null = it does not say. */
  readonly name: string | null;
  /** Where its calendars are; often on another host than the one that was entered. */
  readonly homes: readonly DavAddress[];
}

export interface DavCalendar {
  readonly address: DavAddress;
  readonly name: string;
  /** As the server writes it, `#rrggbb` mostly. */
  readonly colour: string | null;
  /** The whole calendar's mark of change, where the server has one. */
  readonly ctag: string | null;
  /** Where changes can be asked for since. */
  readonly syncToken: string | null;
  /** Whether this account may write entries; null = the server does not say. */
  readonly writable: boolean | null;
  /** IANA zone of times that name none; null = it does not say. */
  readonly zone: string | null;
}

const MOST_HOMES = 5;
const MOST_CALENDARS = 200;
const WRITES = ['all', 'write', 'write-content', 'bind'];

const hrefsOf = (list: Multistatus, ns: string, name: string): readonly string[] =>
  list.responses.flatMap((one) => childrenOf(one.prop(ns, name), DAV, 'href').flatMap((href) => textOf(href) ?? []));

/** Where to ask first: what was entered, unless it is a host alone; then where RFC 6764 says, and the root itself. */
function startingPoints({ path }: DavAddress): readonly string[] {
  const wellKnown = '/.well-known/caldav';
  return path === '/' ? [wellKnown, '/'] : [path, wellKnown, '/'];
}

export async function findHome(session: DavSession): Promise<DavResult<DavHome>> {
  let first: DavError | null = null;
  for (const path of startingPoints(session.base)) {
    const list = await session.list(session.base, askPrincipal(path), 'who is asking');
    if (!list.ok) {
      // A wrong password, or nobody there, is the same at every door.
      if (list.error.trouble !== 'address') return list;
      first ??= list.error;
      continue;
    }
    if (list.value.responses.some((one) => childOf(one.prop(DAV, 'current-user-principal'), DAV, 'unauthenticated'))) {
      return err(session.unexpected({ status: 401, headers: {}, body: '' }, 'who is asking'));
    }
    const [principal] = hrefsOf(list.value, DAV, 'current-user-principal');
    if (principal === undefined) continue;
    return homeOf(session, principal, list.value.address);
  }
  return err(first ?? session.nowhere());
}

async function homeOf(session: DavSession, principal: string, from: DavAddress): Promise<DavResult<DavHome>> {
  const at = session.follow(principal, from);
  if (at === null) return err(refusal(`${session.who} names an account on a host that the password was not entered for.`));
  const list = await session.list(at, askHome(at.path), 'where the calendars are');
  if (!list.ok) return list;
  const hrefs = hrefsOf(list.value, CALDAV, 'calendar-home-set');
  const homes = hrefs.slice(0, MOST_HOMES).flatMap((href) => session.follow(href, list.value.address) ?? []);
  if (homes.length === 0) {
    const why = hrefs.length === 0 ? 'has no calendars for this account' : 'keeps the calendars on a host that the password was not entered for';
    return err(refusal(`${session.who} ${why}.`));
  }
  const name = list.value.responses.map((one) => shortText(textOf(one.prop(DAV, 'displayname')))).find((one) => one !== null) ?? null;
  return ok({ name, homes });
}

/** Every calendar of the account that may hold events. Without `marks` the ctag and the sync token of each are null. */
export async function listCalendars(session: DavSession, homes: readonly DavAddress[], marks = true): Promise<DavResult<readonly DavCalendar[]>> {
  const found = new Map<string, DavCalendar>();
  for (const home of homes) {
    const list = await session.list(home, askCalendars(home.path, marks), 'the list of calendars');
    if (!list.ok) return list;
    for (const response of list.value.responses) {
      const address = session.follow(`${response.address.origin}${response.address.path}`, list.value.address);
      const calendar = address === null ? null : calendarOf(response, address);
      if (calendar !== null && found.size < MOST_CALENDARS) found.set(calendar.address.path, calendar);
    }
  }
  return ok([...found.values()]);
}

function calendarOf(response: DavResponse, at: DavAddress): DavCalendar | null {
  if (childOf(response.prop(DAV, 'resourcetype'), CALDAV, 'calendar') === null) return null;
  const components = response.prop(CALDAV, 'supported-calendar-component-set');
  const holds = childrenOf(components, CALDAV, 'comp').map((one) => one.attributes.get('name')?.toUpperCase());
  if (components !== null && !holds.includes('VEVENT')) return null;
  const path = canonicalPath(at.path.endsWith('/') ? at.path : `${at.path}/`) ?? at.path;
  const privileges = response.prop(DAV, 'current-user-privilege-set');
  const granted = childrenOf(privileges, DAV, 'privilege').flatMap((privilege) => privilege.children);
  const may = granted.filter((one) => one.ns === DAV).map((one) => one.name);
  const zone = /^TZID(?:;[^:\r\n]*)?:(.+)$/im.exec(textOf(response.prop(CALDAV, 'calendar-timezone')) ?? '')?.[1]?.trim();
  return {
    address: { ...at, path },
    name: shortText(textOf(response.prop(DAV, 'displayname')), 200) ?? path.split('/').filter((segment) => segment !== '').at(-1) ?? path,
    colour: shortText(textOf(response.prop(APPLE_ICAL, 'calendar-color')), 20),
    ctag: textOf(response.prop(CALENDAR_SERVER, 'getctag')),
    syncToken: textOf(response.prop(DAV, 'sync-token')),
    writable: privileges === null ? null : may.some((one) => WRITES.includes(one)),
    zone: knownZone(zone),
  };
}
