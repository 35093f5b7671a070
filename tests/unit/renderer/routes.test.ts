import { describe, expect, it } from 'vitest';
import { formatRoute, HOME, parseRoute } from '../../../renderer/app/routes.ts';
import { newId } from '../../../renderer/state/ids.ts';
import { Id } from '../../../core/contract/primitives.ts';
import { fixtureId, WEDDING_A } from '../../support/fixtures/record.ts';

const OTHER = fixtureId(6, 3);

describe('addresses of the console', () => {
  it.each(['#/day', '#/integrations', '#/connect', '#/connect/studio-ninja', `#/import/${OTHER}`, '#/settings', '#/people', '#/pair', '#/pair/wxkd7pqr', `#/wedding/${WEDDING_A}`, `#/wedding/${WEDDING_A}/alert/${OTHER}`, `#/alert/${OTHER}`, `#/integrations/${OTHER}`, `#/wedding/${WEDDING_A}/payment/${OTHER}`, `#/day/booking/${OTHER}`, `#/wedding/${WEDDING_A}/item/${OTHER}`, `#/wedding/${WEDDING_A}/about/${WEDDING_A}`, `#/day/contact/${OTHER}`, `#/day/message/${OTHER}`, `#/wedding/${WEDDING_A}/document/${OTHER}`, `#/day/entry/${OTHER}`, `#/day/weather/${OTHER}`, '#/deliveries', `#/deliveries/state/dead/delivery/${OTHER}`, `#/deliveries/wedding/${WEDDING_A}/last/day`, '#/messages', '#/messages/teams', '#/conflicts', `#/conflicts/${OTHER}`, '#/conflicts/scale/week/on/20261120/kind/room', `#/conflicts/${OTHER}/only/clashing/taking/${WEDDING_A}`, `#/messages/wedding/${WEDDING_A}`, `#/messages/message/${OTHER}`, `#/messages/sms/wedding/${WEDDING_A}/message/${OTHER}`])('%s leads there and back', (hash) => {
    expect(formatRoute(parseRoute(hash))).toBe(hash);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/wedding/not-an-id', `#/settings/payment/${OTHER}`, `#/messages/payment/${OTHER}`, `#/deliveries/payment/${OTHER}`, `#/day/delivery/${OTHER}`, '#/deliveries/state/none', '#/messages/fax', `#/wedding/${WEDDING_A}/payment/../x`, `#/alert/${OTHER}/payment/${OTHER}`, '#enrol=abcdefghijklmnopqrstuvwxyz', '#/conflicts/scale/year', '#/conflicts/on/tomorrow', '#/conflicts/scale/day/scale/week', '#/conflicts/nowhere/else', '#/pair/wxkd7pq', '#/pair/WXKD7PQR', '#/people/1', '#/pair/wxkd7pqr/x'])('%s is home', (hash) => {
    expect(parseRoute(hash)).toEqual(HOME);
  });

  it('selects the alert that a link names', () => {
    expect(parseRoute(`#/wedding/${WEDDING_A}/alert/${OTHER}`).selected).toEqual({ kind: 'alert', id: OTHER });
  });
});

describe('ids of commands', () => {
  it('are UUIDs of version 7 that sort by time', () => {
    const ids = [1_000, 1_700_000_000_000, 1_800_000_000_000].map((at) => newId(at));
    expect(ids.map((id) => Id.safeParse(id).success)).toEqual([true, true, true]);
    expect(ids.map((id) => id[14])).toEqual(['7', '7', '7']);
    expect(ids).toEqual([...ids].sort());
    expect(newId(5)).not.toBe(newId(5));
  });
});
