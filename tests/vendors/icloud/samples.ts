import { icloud } from '../../../core/vendors/icloud/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { FakeAccount, icsOf } from '../davFake.ts';

const PASSWORD = 'abcd-efgh-ijkl-mnop';
export const AUTHORIZATION = `Basic ${Buffer.from(`ada@icloud.example:${PASSWORD}`).toString('base64')}`;

/** As Apple does it: asked at one host, living on another. */
export function filled(): FakeAccount {
  const account = new FakeAccount({ origin: 'https://caldav.icloud.com', home: 'https://p42-caldav.icloud.com', authorization: AUTHORIZATION });
  account.add('home', { name: 'Home' });
  account.put('home', 'a.ics', icsOf('a', 'DTSTART;TZID=Europe/London:20261121T100000', 'DTEND;TZID=Europe/London:20261121T110000', 'SUMMARY:Viewing'));
  return account;
}

const { respond } = filled();

export const samples: VendorSamples = {
  vendor: icloud,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c1c0', settings: { appleAccount: 'ada@icloud.example' }, secrets: { appPassword: PASSWORD } },
  deliveries: [],
  poll: { respond, brings: 1, secretValues: [PASSWORD, AUTHORIZATION] },
  tryOut: { respond, account: 'Ada Venue', secretValues: [PASSWORD, AUTHORIZATION] },
  calendar: { calendarRef: 'https://p42-caldav.icloud.com/ada/calendars/home/', remoteId: '/ada/calendars/home/a.ics', secretValues: [PASSWORD, AUTHORIZATION] },
};
