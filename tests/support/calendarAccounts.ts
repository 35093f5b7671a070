import type { Clock, Http } from '../../core/ports/ports.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { FakeGoogle } from '../vendors/google-calendar/fake.ts';
import { FakeGraph } from '../vendors/microsoft-graph/fake.ts';
import { icsOf } from '../vendors/davFake.ts';
import { startRadicale, startXandikos, type CalendarServer } from './calendarServers.ts';
import { collectingLog } from './store.ts';

/** Calendars of others behind one face: two real servers, and two accounts with a memory. Somebody's own hand works in them. Instants are ISO text in UTC, of June 2027 in London. */

export interface Standing {
  readonly id: string;
  readonly title: string;
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface Account {
  readonly system: string;
  /** What every address of it begins with. */
  readonly base: string;
  readonly http: Http;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The calendar that is used, as it is listed. */
  readonly calendar: string;
  standing(): Promise<Standing[]>;
  /** Somebody else's entry. Returns its id. */
  put(title: string, startsAt: string, endsAt: string): Promise<string>;
  change(id: string, startsAt: string, endsAt: string): Promise<void>;
  take(id: string): Promise<void>;
  /** Out of the bin, as it was. */
  restore(id: string): Promise<void>;
  /** Whoever is invited under that address answers. */
  answer(id: string, email: string, said: 'accepted' | 'tentative' | 'declined'): Promise<void>;
  /** All that stands there of it, as text in one line each. */
  raw(id: string): Promise<string>;
  stop(): Promise<void>;
}
export interface ServedAccount extends Account {
  /** What `raw` told of an entry, made once more under another id, as a program does that copies calendars. Returns where it stands. */
  copyIn(name: string, raw: string): Promise<string>;
  /** A whole calendar file as one entry. Returns where it stands. */
  keep(name: string, ics: string): Promise<string>;
}

const SUMMER_MS = 3_600_000;
const digits = (at: string | number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** When a line of a calendar file is: in UTC, else by London's summer time. */
function instant(line: string): string {
  const [, parts, zulu] = /:(\d{8}T\d{6})(Z?)/.exec(line) ?? [];
  if (parts === undefined) throw new Error(`no time in ${line}`);
  const read = Date.UTC(+parts.slice(0, 4), +parts.slice(4, 6) - 1, +parts.slice(6, 8), +parts.slice(9, 11), +parts.slice(11, 13), +parts.slice(13, 15));
  return new Date(zulu === 'Z' ? read : read - SUMMER_MS).toISOString();
}

function onServer(server: CalendarServer, clock: Clock): ServedAccount {
  const folder = `${server.home}diary/`;
  const bin = new Map<string, string>();
  const text = async (path: string): Promise<string> => (await server.ask({ method: 'GET', path, headers: {} })).body.replace(/\r?\n[ \t]/g, '');
  const ids = async (): Promise<string[]> => {
    const { body } = await server.ask({ method: 'PROPFIND', path: folder, headers: { depth: '1', 'content-type': 'application/xml' }, body: '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>' });
    return [...body.matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\//g)].map(([, href]) => href ?? '');
  };
  const store = async (path: string, ics: string): Promise<void> => {
    const { status } = await server.put(path, ics);
    if (status >= 300) throw new Error(`the calendar answered ${status}`);
  };
  return {
    system: 'caldav', base: server.url, http: createEgressHttp({ allow: [`127.0.0.1:${server.port}`], log: collectingLog() }), calendar: 'Diary',
    settings: { serverUrl: `${server.url}/`, userName: server.user, zone: 'Europe/London' }, secrets: { password: server.password },
    raw: text,
    async standing() {
      const all: Standing[] = [];
      for (const id of await ids()) {
        const whole = await text(id);
        const entry = whole.slice(whole.indexOf('BEGIN:VEVENT'));
        const line = (name: string): string => new RegExp(`^${name}[;:].*$`, 'm').exec(entry)?.[0].trim() ?? '';
        if (line('STATUS') === 'STATUS:CANCELLED') continue;
        all.push({ id, title: line('SUMMARY').slice('SUMMARY:'.length), startsAt: instant(line('DTSTART')), endsAt: instant(line('DTEND')) });
      }
      return all;
    },
    async put(title, startsAt, endsAt) {
      const uid = title.toLowerCase().replaceAll(' ', '-');
      await store(`${folder}${uid}.ics`, icsOf(uid, `DTSTART:${digits(startsAt)}`, `DTEND:${digits(endsAt)}`, `SUMMARY:${title}`));
      return `${folder}${uid}.ics`;
    },
    async change(id, startsAt, endsAt) {
      const whole = await text(id);
      const at = whole.indexOf('BEGIN:VEVENT');
      const entry = whole.slice(at).replace(/^DTSTART[;:].*$/m, `DTSTART:${digits(startsAt)}`).replace(/^DTEND[;:].*$/m, `DTEND:${digits(endsAt)}`)
        .replace(/^SEQUENCE:(\d+)/m, (_line, n: string) => `SEQUENCE:${Number(n) + 1}`).replace(/^LAST-MODIFIED:.*$/m, `LAST-MODIFIED:${digits(clock.now())}`);
      await store(id, (whole.slice(0, at) + entry).replace(/\r?\n/g, '\r\n'));
    },
    async take(id) {
      bin.set(id, (await server.ask({ method: 'GET', path: id, headers: {} })).body);
      const { status } = await server.remove(id);
      if (status >= 300) throw new Error(`the calendar answered ${status}`);
    },
    restore: (id) => store(id, bin.get(id) ?? ''),
    // As a server does that invites by itself: only the word of that one is another.
    async answer(id, email, said) {
      const whole = await text(id);
      const next = whole.replace(/^ATTENDEE.*$/gm, (line) => (line.includes(`mailto:${email}`) ? line.trimEnd().replace(/PARTSTAT=[A-Z-]+/, `PARTSTAT=${said.toUpperCase()}`) : line));
      if (next === whole) throw new Error(`${email} is not invited`);
      await store(id, next.replace(/\r?\n/g, '\r\n'));
    },
    async copyIn(name, raw) {
      await store(`${folder}${name}.ics`, raw.replace(/^UID:.*$/m, `UID:${name}`).replace(/\r?\n/g, '\r\n'));
      return `${folder}${name}.ics`;
    },
    async keep(name, ics) {
      await store(`${folder}${name}.ics`, ics);
      return `${folder}${name}.ics`;
    },
    stop: () => server.stop(),
  };
}

async function served(start: () => Promise<CalendarServer>, clock: Clock): Promise<ServedAccount> {
  const server = await start();
  await server.make('diary', 'Diary');
  return onServer(server, clock);
}

function google(clock: Clock): Account {
  const fake = new FakeGoogle(null);
  fake.now = () => clock.now();
  const times = (startsAt: string, endsAt: string) => ({ start: { dateTime: startsAt, timeZone: 'Europe/London' }, end: { dateTime: endsAt, timeZone: 'Europe/London' } });
  const when = (value: unknown): string => new Date((value as { dateTime: string }).dateTime).toISOString();
  const done = (): Promise<void> => Promise.resolve();
  return {
    system: 'google-calendar', base: fake.base, http: fake.http, calendar: 'Weddings', settings: { clientId: 'client', baseUrl: fake.base }, secrets: { clientSecret: 's', accessToken: fake.token },
    standing: () => Promise.resolve([...fake.events.values()].filter((one) => one['status'] !== 'cancelled').map((one) => ({ id: String(one['id']), title: String(one['summary']), startsAt: when(one['start']), endsAt: when(one['end']) }))),
    put(title, startsAt, endsAt) {
      const id = title.toLowerCase().replace(/[^a-v0-9]/g, '');
      fake.edit(id, { summary: title, ...times(startsAt, endsAt) });
      return Promise.resolve(id);
    },
    change: (id, startsAt, endsAt) => done().then(() => fake.edit(id, times(startsAt, endsAt))),
    take: (id) => done().then(() => fake.edit(id, null)),
    restore: (id) => done().then(() => fake.edit(id, { status: 'confirmed' })),
    answer: (id, email, said) => done().then(() => {
      const people = (fake.events.get(id)?.['attendees'] ?? []) as { email?: string }[];
      if (!people.some((one) => one.email === email)) throw new Error(`${email} is not invited`);
      fake.edit(id, { attendees: people.map((one) => (one.email === email ? { ...one, responseStatus: said } : one)) });
    }),
    raw: (id) => Promise.resolve(JSON.stringify(fake.events.get(id))),
    stop: done,
  };
}

function outlook(): Account {
  const fake = new FakeGraph(null);
  const bin = new Map<string, Record<string, unknown>>();
  const time = (at: string) => ({ dateTime: at.slice(0, 19), timeZone: 'UTC' });
  const when = (value: unknown): string => {
    const { dateTime, timeZone } = value as { dateTime: string; timeZone: string };
    return new Date(Date.parse(`${dateTime.slice(0, 19)}Z`) - (timeZone === 'UTC' ? 0 : SUMMER_MS)).toISOString();
  };
  const done = (): Promise<void> => Promise.resolve();
  return {
    system: 'microsoft-graph', base: fake.base, http: fake.http, calendar: 'Weddings', settings: { clientId: 'client', baseUrl: fake.base }, secrets: { clientSecret: 's', accessToken: fake.token },
    standing: () => Promise.resolve([...fake.events.values()].filter((one) => fake.places.get(String(one['id'])) === fake.calendarId).map((one) => ({ id: String(one['id']), title: String(one['subject']), startsAt: when(one['start']), endsAt: when(one['end']) }))),
    put(title, startsAt, endsAt) {
      const id = title.replaceAll(' ', '');
      fake.edit(id, { subject: title, type: 'singleInstance', isCancelled: false, showAs: 'busy', start: time(startsAt), end: time(endsAt) });
      return Promise.resolve(id);
    },
    change: (id, startsAt, endsAt) => done().then(() => fake.edit(id, { start: time(startsAt), end: time(endsAt) })),
    take: (id) => done().then(() => {
      bin.set(id, fake.events.get(id) ?? {});
      fake.take(id);
    }),
    restore: (id) => done().then(() => fake.edit(id, bin.get(id) ?? {})),
    answer: (id, email, said) => done().then(() => {
      const people = (fake.events.get(id)?.['attendees'] ?? []) as { emailAddress?: { address?: string } }[];
      if (!people.some((one) => one.emailAddress?.address === email)) throw new Error(`${email} is not invited`);
      const response = said === 'tentative' ? 'tentativelyAccepted' : said;
      fake.edit(id, { attendees: people.map((one) => (one.emailAddress?.address === email ? { ...one, status: { response, time: '2027-05-01T12:00:00Z' } } : one)) });
    }),
    raw: (id) => Promise.resolve(JSON.stringify(fake.events.get(id))),
    stop: done,
  };
}

export const ACCOUNTS = {
  Radicale: (clock: Clock): Promise<ServedAccount> => served(startRadicale, clock),
  Xandikos: (clock: Clock): Promise<ServedAccount> => served(startXandikos, clock),
  Google: (clock: Clock): Promise<Account> => Promise.resolve(google(clock)),
  Outlook: (_clock: Clock): Promise<Account> => Promise.resolve(outlook()),
};
