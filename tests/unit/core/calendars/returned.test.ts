import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIRECTIONS, PRIVACIES, PUSHED, STRATEGIES } from '../../../../core/contract/record/calendars.ts';
import { agreed, looksSame, returned, type Returning, type Stood } from '../../../../core/domain/calendars/returned.ts';

const at = (hour: number): string => new Date(Date.UTC(2027, 5, 5, hour)).toISOString();
const stood = (more: Partial<Stood> = {}): Stood => ({ startsAt: at(12), endsAt: at(18), title: 'Ada & Ben', place: 'Hall', status: 'confirmed', ...more });
const asked = (more: Partial<Returning> = {}): Returning => ({
  base: stood(), ours: stood(), theirs: stood(), strategy: 'merge', direction: 'bidirectional', privacy: 'full', subject: 'bookings', locked: false, cancelled: false,
  takes: { title: true, place: true }, changedAt: { ours: null, theirs: null }, ...more,
});
const moved = { startsAt: at(14), endsAt: at(20) };

describe('an entry of ours that was changed over there', () => {
  test.each([
    ['local_wins', { kind: 'write_again' }],
    ['remote_wins', { kind: 'apply', fields: moved, again: false }],
    ['merge', { kind: 'apply', fields: moved, again: false }],
    ['manual', { kind: 'ask', fields: [{ name: 'startsAt', base: at(12), ours: at(12), theirs: at(14) }, { name: 'endsAt', base: at(18), ours: at(18), theirs: at(20) }] }],
  ] as const)('moved, with %s', (strategy, expected) => {
    expect(returned(asked({ strategy, theirs: stood(moved) }))).toEqual(expected);
  });

  test('a calendar that is only written has no say', () => {
    for (const direction of ['outbound', 'none', 'inbound'] as const) {
      for (const theirs of [stood(moved), 'gone'] as const) expect(returned(asked({ direction, strategy: 'remote_wins', theirs }))).toEqual({ kind: 'write_again' });
    }
  });

  test('what both sides say the same is nothing, also when neither is what stood last; instants may be written otherwise', () => {
    expect(returned(asked({ ours: stood(moved), theirs: stood({ startsAt: '2027-06-05T15:00:00+01:00', endsAt: moved.endsAt }) }))).toEqual({ kind: 'echo' });
    expect(returned(asked({ ours: stood(moved), theirs: stood() })), 'ours has moved and is not written yet').toEqual({ kind: 'echo' });
    expect(returned(asked({ ours: null, theirs: 'gone' }))).toEqual({ kind: 'echo' });
  });

  test('what is to be gone is taken away, unless it is on its way out already; what was cancelled and somebody brings back is asked', () => {
    expect(returned(asked({ ours: null, theirs: stood() }))).toEqual({ kind: 'echo' });
    expect(returned(asked({ ours: null, theirs: stood(moved) }))).toEqual({ kind: 'write_again' });
    const back = { base: stood({ status: 'cancelled' }), ours: null, theirs: stood(), cancelled: true } as const;
    for (const strategy of ['remote_wins', 'merge', 'manual'] as const) expect(returned(asked({ ...back, strategy }))).toEqual({ kind: 'ask', fields: [{ name: 'status', base: 'cancelled', ours: 'cancelled', theirs: 'confirmed' }] });
    expect(returned(asked({ ...back, strategy: 'local_wins' }))).toEqual({ kind: 'write_again' });
    expect(returned(asked({ ...back, direction: 'outbound' }))).toEqual({ kind: 'write_again' });
    expect(returned(asked({ ...back, cancelled: false })), 'it is somebody else who has it now').toEqual({ kind: 'write_again' });
  });

  test('both have moved it: the later one counts where both clocks say when, else a person is asked', () => {
    const both = { ours: stood({ startsAt: at(10) }), theirs: stood(moved) };
    expect(returned(asked({ ...both, changedAt: { ours: 1, theirs: 2 } }))).toEqual({ kind: 'apply', fields: moved, again: false });
    expect(returned(asked({ ...both, changedAt: { ours: 2, theirs: 1 } }))).toEqual({ kind: 'write_again' });
    expect(returned(asked({ ...both, changedAt: { ours: 2, theirs: null } }))).toMatchObject({ kind: 'ask', fields: [{ name: 'startsAt' }, { name: 'endsAt' }] });
    expect(returned(asked({ ours: stood({ title: 'A' }), theirs: stood({ title: 'B' }), changedAt: { ours: 1, theirs: 2 } }))).toMatchObject({ kind: 'ask', fields: [{ name: 'title', base: 'Ada & Ben', ours: 'A', theirs: 'B' }] });
  });

  test('each has changed something else: theirs is taken and ours is written', () => {
    expect(returned(asked({ ours: stood({ title: 'Ours' }), theirs: stood(moved) }))).toEqual({ kind: 'apply', fields: moved, again: true });
  });

  test('what its title or its place are made of here is not taken back, and what is locked is asked', () => {
    expect(returned(asked({ theirs: stood({ title: 'Theirs' }), takes: { title: false, place: true } }))).toEqual({ kind: 'write_again' });
    expect(returned(asked({ theirs: stood({ ...moved, place: 'Elsewhere' }), takes: { title: true, place: false } }))).toEqual({ kind: 'apply', fields: moved, again: true });
    expect(returned(asked({ theirs: stood(moved), strategy: 'remote_wins', locked: true }))).toMatchObject({ kind: 'ask' });
    expect(returned(asked({ theirs: stood({ status: 'tentative' }) }))).toEqual({ kind: 'apply', fields: { status: 'tentative' }, again: false });
    expect(returned(asked({ base: stood({ status: 'tentative' }), ours: stood({ status: 'tentative' }), strategy: 'remote_wins' })), 'confirmed is what is confirmed here').toMatchObject({ kind: 'ask', fields: [{ name: 'status', theirs: 'confirmed' }] });
  });

  test('taken away over there: a wedding is always asked; a booking is cancelled unless it was changed here meanwhile', () => {
    const gone = { theirs: 'gone' } as const;
    for (const strategy of ['remote_wins', 'merge', 'manual'] as const) expect(returned(asked({ ...gone, strategy, subject: 'weddings' }))).toEqual({ kind: 'ask', fields: [{ name: 'status', base: 'confirmed', ours: 'confirmed', theirs: 'cancelled' }] });
    expect(returned(asked({ ...gone, strategy: 'local_wins', subject: 'weddings' }))).toEqual({ kind: 'write_again' });
    expect(returned(asked(gone))).toEqual({ kind: 'apply', fields: { status: 'cancelled' }, again: false });
    expect(returned(asked({ theirs: stood({ status: 'cancelled' }) }))).toEqual({ kind: 'apply', fields: { status: 'cancelled' }, again: false });
    expect(returned(asked({ ...gone, ours: stood(moved) }))).toMatchObject({ kind: 'ask' });
    expect(returned(asked({ ...gone, ours: stood(moved), strategy: 'remote_wins' }))).toMatchObject({ kind: 'apply' });
    expect(returned(asked({ ...gone, strategy: 'remote_wins', locked: true }))).toMatchObject({ kind: 'ask' });
  });
});

const one = fc.record({
  times: fc.constantFrom([10, 12], [12, 18], [12, 20], [14, 20]), title: fc.constantFrom('A', 'B', 'C', null), place: fc.constantFrom('Hall', null), status: fc.constantFrom('confirmed', 'tentative', 'cancelled'),
}).map(({ times: [from = 0, to = 0], ...rest }): Stood => ({ startsAt: at(from), endsAt: at(to), ...rest }));
const cases: fc.Arbitrary<Returning> = fc.record({
  base: fc.option(one), ours: fc.option(one, { freq: 8 }), theirs: fc.oneof({ weight: 6, arbitrary: one }, { weight: 1, arbitrary: fc.constant('gone' as const) }),
  strategy: fc.constantFrom(...STRATEGIES), direction: fc.constantFrom('bidirectional' as const, ...DIRECTIONS), privacy: fc.constantFrom(...PRIVACIES), subject: fc.constantFrom(...PUSHED),
  locked: fc.boolean(), cancelled: fc.boolean(), takes: fc.record({ title: fc.boolean(), place: fc.boolean() }), changedAt: fc.record({ ours: fc.option(fc.nat(3)), theirs: fc.option(fc.nat(3)) }),
});
const present = (it: Returning['theirs'] | null): it is Stood => it !== null && it !== 'gone' && it.status !== 'cancelled';

describe('for whatever stands on both sides', () => {
  test('it comes to rest after at most one write, and both sides then look the same, or a person is asked', () => {
    fc.assert(fc.property(cases, (first) => {
      let now = first;
      for (let step = 0; step < 4; step += 1) {
        const answer = returned(now);
        if (answer.kind === 'ask') return;
        if (answer.kind === 'echo') {
          if (step > 0 && present(now.ours) && present(now.theirs)) expect(looksSame(now.ours, now.theirs, now.privacy)).toBe(true);
          return;
        }
        expect(step).toBeLessThan(2);
        if (answer.kind === 'apply') {
          if (now.ours === null) throw new Error('nothing of ours was there to change');
          const ours = { ...now.ours, ...answer.fields };
          // What is left of ours is written at once.
          now = { ...now, base: ours, ours, theirs: ours.status === 'cancelled' ? 'gone' : answer.again || now.theirs === 'gone' ? ours : now.theirs };
        } else now = { ...now, base: now.ours, theirs: now.ours === null || now.ours.status === 'cancelled' ? 'gone' : now.ours };
      }
      throw new Error('it never came to rest');
    }), { numRuns: 5_000 });
  });

  test('nobody changes anything here without the right to it', () => {
    fc.assert(fc.property(cases, (it) => {
      const answer = returned(it);
      const mayBeTold = it.direction === 'bidirectional' && it.strategy !== 'local_wins';
      if (!mayBeTold) expect(['echo', 'write_again']).toContain(answer.kind);
      if (answer.kind !== 'apply') return;
      expect(it.locked || it.strategy === 'manual').toBe(false);
      if (it.subject === 'weddings') expect(answer.fields.status).not.toBe('cancelled');
      if (it.privacy === 'busy') expect(Object.keys(answer.fields).filter((name) => name !== 'startsAt' && name !== 'endsAt' && answer.fields.status !== 'cancelled')).toEqual([]);
      if (it.privacy !== 'full') expect(answer.fields).not.toHaveProperty('place');
      expect(answer.fields.status).not.toBe('confirmed');
      if (!it.takes.title) expect(answer.fields).not.toHaveProperty('title');
    }), { numRuns: 5_000 });
  });

  test('merge is three-way, field by field', () => {
    const alive = fc.constantFrom('A', 'B', 'C');
    fc.assert(fc.property(alive, alive, alive, (base, ours, theirs) => {
      const answer = returned(asked({ base: stood({ title: base }), ours: stood({ title: ours }), theirs: stood({ title: theirs }) }));
      const oracle = theirs === base || theirs === ours ? 'echo' : ours === base ? 'apply' : 'ask';
      expect(answer.kind).toBe(oracle);
      if (answer.kind === 'apply') expect(answer.fields).toEqual({ title: theirs });
    }), { numRuns: 200 });
  });

  test('what stands on both sides is theirs where it is seen, else ours', () => {
    expect(agreed(stood(), stood({ ...moved, title: 'Taken', place: null }), 'busy')).toEqual(stood(moved));
    expect(agreed(stood(), stood({ ...moved, title: 'Taken', place: null }), 'full')).toEqual(stood({ ...moved, title: 'Taken', place: null }));
  });
});
