import type { Clock } from '../../core/ports/ports.ts';
import { FakeVsco } from '../vendors/vsco-workspace/fake.ts';
import type { Account } from './calendarAccounts.ts';

/** The calendar of a studio in VSCO Workspace behind the same face as the other calendars. */
export interface VscoAccount extends Account {
  readonly fake: FakeVsco;
}

export function vscoAccount(clock: Clock): Promise<VscoAccount> {
  const fake = new FakeVsco();
  fake.now = () => clock.now();
  const done = (): Promise<void> => Promise.resolve();
  return Promise.resolve({
    fake, system: 'vsco-workspace', base: fake.base, http: fake.http, calendar: 'Northlight Photography',
    settings: { baseUrl: fake.base, currency: 'GBP', vendorName: 'Northlight Photography' }, secrets: { apiKey: fake.key },
    standing: () => Promise.resolve([...fake.standing()]),
    put: (title, startsAt, endsAt) => Promise.resolve(fake.put(title, startsAt, endsAt)),
    change: (id, startsAt, endsAt) => done().then(() => fake.move(id, startsAt, endsAt)),
    take: (id) => done().then(() => void fake.events.delete(id)),
    restore: () => Promise.reject(new Error('an event that was deleted is not brought back')),
    answer: () => Promise.reject(new Error('nobody is invited to an event of a studio')),
    raw: (id) => Promise.resolve(JSON.stringify(fake.event(id))),
    stop: done,
  });
}
