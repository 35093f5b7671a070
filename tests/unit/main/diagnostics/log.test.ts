import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLines } from '../../../../main/diagnostics/lines.ts';
import { createLog } from '../../../../main/diagnostics/log.ts';
import { redact } from '../../../../main/diagnostics/redact.ts';
import { createTrace } from '../../../../main/diagnostics/trace.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wedsync-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const never = (error: unknown) => {
  throw error;
};

describe('redact', () => {
  it.each([
    [{ token: 'wsd_1' }],
    [{ authorization: 'Bearer wsd_1' }],
    [{ nested: { enrolTicket: 'wsd_1' } }],
    [{ line: 'GET / Authorization: Bearer wsd_1' }],
    [{ url: 'http://127.0.0.1:1/#enrol=wsd_1' }],
    [{ url: 'https://name:wsd_1@example.org/' }],
    [{ url: 'http://127.0.0.1:1/api/integrations/webhook/stripe/wsd_1' }],
    [{ error: new Error('refused: token=wsd_1') }],
    [[{ masterKey: 'wsd_1' }]],
  ])('hides what must not be read: %j', (value) => {
    expect(JSON.stringify(redact(value))).not.toContain('wsd_1');
  });

  it('leaves the rest, with an error as data and a cycle bounded', () => {
    const cycle: Record<string, unknown> = { code: 'internal' };
    cycle['self'] = cycle;
    expect(redact({ seq: 4, why: null, error: new TypeError('no') })).toMatchObject({ seq: 4, why: null, error: { name: 'TypeError', message: 'no' } });
    expect(JSON.stringify(redact(cycle))).toContain('[deep]');
  });
});

describe('the log file', () => {
  it('holds one readable object per line, for its owner only', () => {
    const mirrored: string[] = [];
    const log = createLog({ clock: { now: () => 0 }, lines: openLines({ directory, name: 'a.jsonl', maxBytes: 10_000, keep: 2, onFailure: never }), mirror: (line) => mirrored.push(line) });
    log.info({ seq: 1 }, 'first');
    log.warn({ ticket: 'secret-ticket' }, 'second');
    const lines = readFileSync(join(directory, 'a.jsonl'), 'utf8').trim().split('\n').map((line): unknown => JSON.parse(line));
    expect(lines).toEqual([
      { at: '1970-01-01T00:00:00.000Z', level: 'info', message: 'first', seq: 1 },
      { at: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'second', ticket: '[redacted]' },
    ]);
    expect(mirrored).toHaveLength(1);
    expect(statSync(join(directory, 'a.jsonl')).mode & 0o077).toBe(0);
  });

  it('is set aside when full, and only so many are kept', () => {
    const lines = openLines({ directory, name: 'a.jsonl', maxBytes: 100, keep: 2, onFailure: never });
    for (let n = 0; n < 20; n += 1) lines.write(`${n}`.padStart(40, '.'));
    lines.close();
    expect(readdirSync(directory).sort()).toEqual(['a.jsonl', 'a.jsonl.1', 'a.jsonl.2']);
    expect(readFileSync(join(directory, 'a.jsonl'), 'utf8')).toContain('19');
    for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).size).toBeLessThanOrEqual(100);
  });

  it('says once that it cannot be written and lets the program go on', () => {
    writeFileSync(join(directory, 'file'), '');
    const failures: unknown[] = [];
    const lines = openLines({ directory: join(directory, 'file', 'below'), name: 'a', maxBytes: 10, keep: 1, onFailure: (error) => failures.push(error) });
    lines.write('x');
    lines.write('y');
    expect(failures).toHaveLength(1);
    expect(existsSync(join(directory, 'file', 'below'))).toBe(false);
  });
});

describe('the trace', () => {
  it('writes a frame once it is painted, with the time of each hop', () => {
    let now = 1_000;
    const written: string[] = [];
    const trace = createTrace({ clock: { now: () => now }, lines: { write: (line) => void written.push(line), close: () => undefined } });
    const frame = (after: number, upTo: number) => ({ after, upTo, events: [], committedAt: '2026-11-20T12:00:00.000Z' });
    trace.received(frame(0, 2));
    now = 1_003;
    trace.sent(frame(0, 2));
    trace.received(frame(2, 5));
    trace.painted({ seq: 3, at: 1_020 });
    expect(written.map((line): unknown => JSON.parse(line))).toEqual([{ trace: 'frame', after: 0, upTo: 2, events: 0, committedAt: '2026-11-20T12:00:00.000Z', receivedAt: 1_000, sentAt: 1_003, paintedAt: 1_020 }]);
    trace.close();
    expect(written).toHaveLength(2);
    expect(written[1]).toContain('"paintedAt":null');
  });
});
