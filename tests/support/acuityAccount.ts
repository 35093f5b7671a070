import type { Clock } from '../../core/ports/ports.ts';
import { FakeAcuity } from '../vendors/acuity/fake.ts';
import { samples } from '../vendors/acuity/samples.ts';
import type { Account } from './calendarAccounts.ts';

/** An account of Acuity's behind the same face as the other calendars; what stands in it is blocked time. */
export interface AcuityAccount extends Account {
  readonly fake: FakeAcuity;
}

export function acuityAccount(_clock: Clock): Promise<AcuityAccount> {
  const fake = new FakeAcuity();
  fake.appointments = false;
  const done = (): Promise<void> => Promise.resolve();
  const times = (startsAt: string, endsAt: string) => ({ startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) });
  const one = (id: string) => fake.blocks.get(Number(id));
  return Promise.resolve({
    fake, system: 'acuity', base: fake.base, http: fake.http, calendar: 'Rose',
    settings: { ...samples.access.settings, baseUrl: fake.base }, secrets: { ...samples.access.secrets },
    standing: () => Promise.resolve([...fake.blocks.values()].filter(({ calendarID }) => String(calendarID) === fake.calendarRef).map(({ id, notes, startsAt, endsAt }) => (
      { id: String(id), title: notes.split('\n')[0] ?? '', startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() }))),
    put: (title, startsAt, endsAt) => Promise.resolve(String(fake.put(title, startsAt, endsAt))),
    change: (id, startsAt, endsAt) => done().then(() => fake.edit(Number(id), times(startsAt, endsAt))),
    take: (id) => done().then(() => void fake.blocks.delete(Number(id))),
    restore: () => Promise.reject(new Error('blocked time that was taken away is not brought back')),
    answer: () => Promise.reject(new Error('nobody is invited to blocked time')),
    raw: (id) => Promise.resolve(one(id)?.notes ?? ''),
    stop: done,
  });
}
