import { caldav } from '../../../core/vendors/caldav/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { FakeAccount, icsOf } from '../davFake.ts';

export const ORIGIN = 'https://dav.orchard.test';
const PASSWORD = 'caldav-fixture-password';
export const AUTHORIZATION = `Basic ${Buffer.from(`ada@orchard.example:${PASSWORD}`).toString('base64')}`;

/** Two calendars with five entries of which one is written out twice. */
export function filled(): FakeAccount {
  const account = new FakeAccount({ origin: ORIGIN, home: ORIGIN, authorization: AUTHORIZATION });
  account.add('weddings', { name: 'Weddings' });
  account.add('team', { name: 'Team', readOnly: true, syncs: false });
  account.add('tasks', { name: 'Tasks', components: ['VTODO'] });
  account.put('weddings', 'a.ics', icsOf('a', 'DTSTART;TZID=Europe/London:20261121T100000', 'DTEND;TZID=Europe/London:20261121T110000', 'SUMMARY:Viewing: Ada & Ben', 'LOCATION:Orchard Barn', 'DESCRIPTION:ada@example.org'));
  account.put('weddings', 'b.ics', icsOf('b', 'DTSTART;VALUE=DATE:20270701', 'DTEND;VALUE=DATE:20270703', 'SUMMARY:Barn closed', 'TRANSP:TRANSPARENT', 'STATUS:TENTATIVE'));
  account.put('weddings', 'c.ics', icsOf('c', 'DTSTART:20281209T120000', 'DTEND:20281209T230000', 'SUMMARY:Far ahead'));
  account.put('team', 'd.ics', icsOf('d', 'DTSTART;TZID=GMT Standard Time:20261130T090000', 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY;COUNT=2', 'SUMMARY:Team'));
  return account;
}

const { respond } = filled();

export const samples: VendorSamples = {
  vendor: caldav,
  nowMs: 1_793_000_100_000,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c0da', settings: { serverUrl: ORIGIN, userName: 'ada@orchard.example', zone: 'Europe/London' }, secrets: { password: PASSWORD },
  },
  deliveries: [],
  poll: { respond, brings: 5, secretValues: [PASSWORD, AUTHORIZATION] },
  tryOut: { respond, account: 'Ada Venue', secretValues: [PASSWORD, AUTHORIZATION] },
  calendar: { calendarRef: `${ORIGIN}/ada/calendars/weddings/`, remoteId: '/ada/calendars/weddings/a.ics', secretValues: [PASSWORD, AUTHORIZATION] },
};
