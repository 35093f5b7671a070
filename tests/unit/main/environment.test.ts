import { describe, expect, it } from 'vitest';
import { embeddedServerEnvironment, readEnvironment } from '../../../main/environment.ts';

describe('readEnvironment', () => {
  it('needs nothing', () => {
    expect(readEnvironment({})).toEqual({ ok: true, value: { serverUrl: null, enrolTicket: null, foundingToken: null, trace: false, egressAllow: [] } });
  });

  it('takes a server, a ticket and the trace', () => {
    const read = readEnvironment({ WEDSYNC_SERVER_URL: 'http://127.0.0.1:4317/', WEDSYNC_ENROL_TICKET: ' t-1 ', WEDSYNC_FOUNDING_TOKEN: ' f-1 ', WEDSYNC_TRACE: '1', WEDSYNC_EGRESS_ALLOW: '127.0.0.1:4319, [::1]:80' });
    expect(read).toEqual({ ok: true, value: { serverUrl: 'http://127.0.0.1:4317', enrolTicket: 't-1', foundingToken: 'f-1', trace: true, egressAllow: ['127.0.0.1:4319', '[::1]:80'] } });
  });

  it.each([
    ['not an address', 'WEDSYNC_SERVER_URL'],
    ['ftp://127.0.0.1', 'WEDSYNC_SERVER_URL'],
    ['http://10.1.2.3:4317', 'WEDSYNC_SERVER_URL'],
    ['http://127.0.0.1.evil.example', 'WEDSYNC_SERVER_URL'],
    ['https://user:pass@wedsync.example', 'WEDSYNC_SERVER_URL'],
    ['https://wedsync.example/path', 'WEDSYNC_SERVER_URL'],
  ])('refuses %s and names the variable, not its value', (value, name) => {
    const read = readEnvironment({ WEDSYNC_SERVER_URL: value });
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.error).toContain(name);
    expect(read.error).not.toContain(value);
  });

  it('refuses a place that is no host and port', () => {
    expect(readEnvironment({ WEDSYNC_EGRESS_ALLOW: 'https://127.0.0.1' })).toMatchObject({ ok: false, error: expect.stringContaining('WEDSYNC_EGRESS_ALLOW') as string });
  });

  it('refuses a trace flag that is neither', () => {
    expect(readEnvironment({ WEDSYNC_TRACE: 'yes' }).ok).toBe(false);
  });
});

describe('embeddedServerEnvironment', () => {
  it('keeps the record on this machine, whatever lies around', () => {
    const env = embeddedServerEnvironment(
      { PATH: '/bin', DATABASE_URL: 'postgres://elsewhere', WEDSYNC_DATA_DIR: '/elsewhere', WEDSYNC_HOST: '0.0.0.0', WEDSYNC_ENROL_TICKET: 't', WEDSYNC_CONSOLE_DIR: '/c', NODE_OPTIONS: '--inspect' },
      '/data',
    );
    expect(env).toEqual({ PATH: '/bin', WEDSYNC_DATA_DIR: '/data', WEDSYNC_HOST: '127.0.0.1', WEDSYNC_PORT: '0', WEDSYNC_DEMO: '1' });
  });

  it('lets a fixed port, the demo switch and the egress list through', () => {
    const env = embeddedServerEnvironment({ WEDSYNC_PORT: '4999', WEDSYNC_DEMO: '0', WEDSYNC_EGRESS_ALLOW: '127.0.0.1:1' }, '/data');
    expect(env).toMatchObject({ WEDSYNC_PORT: '4999', WEDSYNC_DEMO: '0', WEDSYNC_EGRESS_ALLOW: '127.0.0.1:1' });
  });
});
