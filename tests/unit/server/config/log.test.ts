import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog, REDACTED_KEYS } from '../../../../server/log.ts';

function written(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  write(createLog('info', sink));
  return text;
}

describe('the log', () => {
  it.each(REDACTED_KEYS)('never holds the value of %s, however deep it stands', (key) => {
    const secret = 'hunter2-hunter2';
    const text = written((log) => {
      log.info({ [key]: secret }, 'a');
      log.info({ request: { [key]: secret } }, 'b');
      log.info({ request: { headers: { [key]: secret } } }, 'c');
      log.info({ job: { request: { headers: { [key]: secret } } } }, 'd');
      log.child({ [key]: secret }).info({}, 'e');
    });
    expect(text.trim().split('\n')).toHaveLength(5);
    expect(text).not.toContain(secret);
    expect(text).toContain('[redacted]');
  });

  it('keeps everything else', () => {
    const line = JSON.parse(written((log) => log.info({ system: 'stripe', outcome: 'accepted', ms: 3.2, nested: { deep: { id: 7 } } }, 'webhook'))) as Record<string, unknown>;
    expect(line).toMatchObject({ system: 'stripe', outcome: 'accepted', ms: 3.2, nested: { deep: { id: 7 } }, msg: 'webhook', service: 'wedsync-server' });
  });

  it('takes from an error only what helps to find the fault', () => {
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', config: { headers: { authorization: 'Bearer hunter2' } } });
    const text = written((log) => log.error({ err: error }, 'call failed'));
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({ err: { type: 'Error', message: 'refused', code: 'ECONNREFUSED' } });
  });
});
