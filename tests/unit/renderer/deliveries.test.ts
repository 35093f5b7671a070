import { describe, expect, it } from 'vitest';
import type { ReplayPreview } from '../../../core/contract/deliveries.ts';
import { ALL_DELIVERIES, narrowingOf, searchPath } from '../../../core/contract/deliveryPlace.ts';
import { partsOf, readable } from '../../../renderer/deliveries/body.ts';
import { triedText, whyText } from '../../../renderer/deliveries/DeliveryMark.tsx';
import { summaryOf } from '../../../renderer/deliveries/previewSummary.ts';
import { fromWall, wallText } from '../../../renderer/deliveries/wall.ts';

describe('what is asked of the server', () => {
  it('counts a span back from now, and leaves out what is not set', () => {
    const now = Date.parse('2026-11-20T12:00:00.000Z');
    expect(narrowingOf(ALL_DELIVERIES, now)).toEqual({});
    expect(narrowingOf({ ...ALL_DELIVERIES, last: 'hour', states: ['held', 'dead'], text: 'a&b' }, now)).toEqual({ from: '2026-11-20T11:00:00.000Z', state: 'held,dead', text: 'a&b' });
    expect(searchPath('/api/deliveries', { state: 'held,dead', text: 'a&b', before: '1-2' })).toBe('/api/deliveries?state=held%2Cdead&text=a%26b&before=1-2');
    expect(searchPath('/api/deliveries', { before: null })).toBe('/api/deliveries');
  });
});

describe('why a delivery is where it is', () => {
  it('promises another try only to what gets one', () => {
    expect(whyText('waiting', 'normalise.reread_failed')).toContain('tried again by itself');
    for (const reason of ['normalise.reread_failed', 'connect.leave_failed', 'secrets.unavailable', null]) {
      expect(whyText('dead', reason)).toMatch(/not (?:asked|tried)(?: again)? by itself/);
      expect(whyText('dead', reason)).not.toMatch(/(?:is|be) tried again by itself/);
    }
    expect(whyText('dead', 'normalise.reread_failed')).toContain('details');
    expect(whyText('dead', 'connect.leave_failed')).toContain('Give leave again');
    expect(triedText('normalise.reread_failed')).not.toContain('by itself');
    expect(triedText('normalise.shape_unknown')).toContain('kept');
    expect(whyText('processed', null)).toBeNull();
  });
});

describe('a body', () => {
  it('is indented where it is JSON, and left alone where it is not or is broken', () => {
    expect(readable(' {"a":[1]} ', 'application/json')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(readable('{"a":[1', 'application/json')).toBe('{"a":[1');
    expect(readable('a=1\nb=2', 'application/x-www-form-urlencoded')).toBe('a=1\nb=2');
  });
  it('has its covered parts marked and nothing lost', () => {
    const text = 'to ••• (e-mail), or ••• and ••• (original mail)!';
    expect(partsOf(text).filter(({ covered }) => covered).map((part) => part.text)).toEqual(['••• (e-mail)', '•••', '••• (original mail)']);
    expect(partsOf(text).map((part) => part.text).join('')).toBe(text);
    expect(partsOf('')).toEqual([]);
  });
});

describe('the venue’s clock in a field', () => {
  it.each(['2026-03-28T09:30', '2026-03-29T09:30', '2026-10-24T23:59', '2026-10-25T12:00', '2026-07-01T00:00'])('%s goes there and back over clock changes', (wall) => {
    for (const zone of ['Europe/London', 'America/New_York', 'Australia/Adelaide', 'UTC']) expect(wallText(fromWall(wall, zone) ?? '', zone)).toBe(wall);
  });
  it('takes nothing that is no time', () => {
    expect([fromWall('', 'UTC'), fromWall('2026-13-01T00:00', 'UTC'), fromWall('2026-11-20', 'UTC')]).toEqual([null, null, null]);
    expect(fromWall('2026-07-01T12:00', 'Europe/London')).toBe('2026-07-01T11:00:00.000Z');
  });
});

describe('a dry run in numbers', () => {
  it('counts fields and rows, each row once, and the outcomes', () => {
    const row = (rowId: string, fields: number): ReplayPreview['changes'][number]['rows'][number] => ({ type: 'wedding.updated', collection: 'weddings', rowId, title: 't', weddingId: null, fields: Array.from({ length: fields }, (_, at) => ({ field: `f${at}`, before: 1, after: 2 })) });
    const changes: ReplayPreview['changes'] = [
      { deliveryId: 'a', outcome: 'changes', reason: null, rows: [row('1', 2), row('2', 1)] },
      { deliveryId: 'b', outcome: 'changes', reason: null, rows: [row('1', 1)] },
      { deliveryId: 'c', outcome: 'refused', reason: 'normalise.shape_unknown', rows: [] },
      { deliveryId: 'd', outcome: 'refused', reason: 'normalise.shape_unknown', rows: [] },
      { deliveryId: 'e', outcome: 'body_gone', reason: null, rows: [] },
    ];
    expect(summaryOf({ changes })).toEqual({ fields: 4, rows: 2, outcomes: { changes: 2, nothing: 0, reads_source: 0, refused: 2, body_gone: 1, untried: 0 }, reasons: ['normalise.shape_unknown'] });
  });
});
