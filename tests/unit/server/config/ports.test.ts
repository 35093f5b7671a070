import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Id } from '../../../../core/contract/primitives.ts';
import { createIds, nodeHashing } from '../../../../server/ports.ts';

describe('ids', () => {
  it('are UUIDv7 of the time they were made', () => {
    const at = Date.parse('2026-11-20T12:00:00.000Z');
    const id = createIds({ now: () => at }).next();
    expect(Id.safeParse(id).success).toBe(true);
    expect(id[14]).toBe('7');
    expect(id[19]).toMatch(/[89ab]/);
    expect(Number.parseInt(id.replace(/-/g, '').slice(0, 12), 16)).toBe(at);
  });

  it('sort in the order of making, in a burst and when the clock steps back', () => {
    let now = 1_790_000_000_000;
    const ids = createIds({ now: () => now });
    const made: string[] = [];
    for (let i = 0; i < 20_000; i += 1) {
      if (i === 10_000) now -= 5000;
      made.push(ids.next());
    }
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });
});

describe('hashing', () => {
  it('compares in full and never throws', () => {
    const a = nodeHashing.hmacSha256('key', Buffer.from('data'));
    expect(Buffer.from(a).toString('hex')).toBe(createHmac('sha256', 'key').update('data').digest('hex'));
    expect(nodeHashing.equal(a, Uint8Array.from(a))).toBe(true);
    expect(nodeHashing.equal(a, a.slice(1))).toBe(false);
    expect(nodeHashing.equal(a, Uint8Array.from(a, (byte, i) => (i === 31 ? byte ^ 1 : byte)))).toBe(false);
    expect(nodeHashing.equal(new Uint8Array(), new Uint8Array())).toBe(true);
  });
});
