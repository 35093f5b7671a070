import { describe, expect, it } from 'vitest';
import type { Calendar, Push } from '../../../core/contract/record/calendars.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import type { Tables } from '../../../core/domain/record/state.ts';
import { unaskedText } from '../../../renderer/calendar/asking.tsx';
import { pushSays, pushStopped } from '../../../renderer/calendars/words.ts';

/** What is said where a calendar's key is on a computer that is off. */

const plain = (text: string | null): string => (text ?? '').replace(/[⁦-⁩]/g, '');
const calendar = { id: 'c', connectionId: 'k', name: 'Diary', resourceId: 'r' } as Calendar;
const tables = (connection: Partial<Connection>, waits: Calendar['waits'] = null) =>
  ({ calendars: { c: { ...calendar, waits } }, connections: { k: { id: 'k', name: 'Diary', health: 'waiting', healthReason: 'desk.away', ...connection } }, resources: { r: { name: 'Ana Ruiz' } } }) as unknown as Tables;
const push = { calendarId: 'c', state: 'queued', wish: 'present', attempts: 0 } as Push;

describe('an entry that waits', () => {
  const waits = { computer: 'Front desk', since: '2026-11-20T12:00:00.000Z' };

  it('names the computer, and is on nobody’s calendar yet', () => {
    const stopped = pushStopped(tables({}, waits), push);
    expect(plain(stopped)).toBe('Written as soon as the desktop app runs on Front desk, which keeps its key.');
    expect([pushSays(push, stopped !== null), pushSays(push)]).toEqual(['late', 'queued']);
    expect(plain(pushStopped(tables({}, waits), { ...push, wish: 'absent' }))).toBe('Taken out as soon as the desktop app runs on Front desk, which keeps its key.');
  });

  it('says what a person has to do where waiting does not help, and nothing of what stands there', () => {
    expect(pushStopped(tables({ health: 'failing', healthReason: 'desk.key_missing' }, waits), push)).toContain('Enter the key again');
    expect(pushStopped(tables({}), push)).toBeNull();
    expect(pushStopped(tables({}, waits), { ...push, state: 'written' })).toBeNull();
  });
});

it('a calendar that could not be asked before a confirmation names the computer', () => {
  const one = { calendarId: 'c', lookedAt: null, why: 'no_answer', computer: 'Front desk' } as const;
  expect(plain(unaskedText(tables({}), one, 'UTC', 0))).toBe('Ana Ruiz, in Diary: Front desk keeps its key and is not connected. Start the desktop app there, then confirm again. It was never read.');
  const { computer: _computer, ...asked } = one;
  expect(plain(unaskedText(tables({}), asked, 'UTC', 0))).toContain('it does not answer');
});
