import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIELDS, loadConfig, type Config } from '../../../../server/config.ts';
import { VERSION } from '../../../../server/version.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const load = (argv: string[] = [], env: Record<string, string> = {}) => loadConfig(argv, env, '/srv/wedsync');
const config = (argv: string[] = [], env: Record<string, string> = {}): Config => {
  const loaded = load(argv, env);
  if (!loaded.ok || loaded.value.kind !== 'config') throw new Error(JSON.stringify(loaded));
  return loaded.value.config;
};
const problems = (argv: string[], env: Record<string, string> = {}) => {
  const loaded = load(argv, env);
  return loaded.ok ? [] : loaded.error.map((problem) => problem.message);
};

describe('configuration', () => {
  it('is complete without anything given, and listens on this machine only', () => {
    expect(config()).toEqual({
      host: '127.0.0.1', port: 4317, dataDir: '/srv/wedsync/.wedsync', databaseUrl: null, masterKey: null, demo: false, demoStudioPort: 4319, logLevel: 'info', consoleDir: null, egressAllow: [], publicUrl: null, trustProxy: [],
      metricsToken: null, webhookBodyBytes: 3 * 1024 * 1024, strangerPerMinute: 60, connectionPerMinute: 6000, apiPerMinute: 1200, enrolPerMinute: 10, signInPerMinute: 60, managingPerMinute: 5, enquiryPagesPerMinute: 60, enquiriesPerHour: 20, askCalendarsMs: 5000, mailInPort: null, mailInDomain: null, smtpUrl: null, mailFrom: 'WedSync <wedsync@localhost>', streamConnections: 5000, role: ['all'], redisUrl: null, drainMs: 0, printTicket: false,
    });
  });

  it('takes the environment, and flags before it', () => {
    const env = { WEDSYNC_PORT: '0', WEDSYNC_DEMO: '1', WEDSYNC_EGRESS_ALLOW: '127.0.0.1:4999, localhost:80,', WEDSYNC_PUBLIC_URL: 'https://wed.example/', WEDSYNC_DATA_DIR: 'there', WEDSYNC_HOST: '' };
    expect(config(['--port', '5000', '--print-ticket', '--console-dir=/web'], env)).toMatchObject({ port: 5000, demo: true, egressAllow: ['127.0.0.1:4999', 'localhost:80'], publicUrl: 'https://wed.example', dataDir: '/srv/wedsync/there', host: '127.0.0.1', printTicket: true, consoleDir: '/web' });
    expect(config(['--demo']).demo).toBe(true);
    expect(config(['--role', 'intake, worker', '--drain-ms', '500'], { REDIS_URL: 'rediss://u:p@r:6380/1' })).toMatchObject({ role: ['intake', 'worker'], drainMs: 500, redisUrl: 'rediss://u:p@r:6380/1' });
    expect(config([], { WEDSYNC_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }).masterKey).toBe(Buffer.alloc(32, 7).toString('base64'));
  });

  it('names what is wrong, its value and what is expected, all at once', () => {
    expect(problems(['--host', 'a b'], { WEDSYNC_PORT: '70000', WEDSYNC_DEMO: 'yes' })).toEqual([
      '--host is "a b", but must be an address or name to listen on.',
      'WEDSYNC_PORT is "70000", but must be a whole number from 0 to 65535.',
      'WEDSYNC_DEMO is "yes", but must be 0 or 1.',
    ]);
    for (const bad of ['-1', '1.5', '1e3', ' 80', '0x50']) expect(problems([], { WEDSYNC_PORT: bad })).toHaveLength(1);
    for (const bad of ['', ' , ', 'boss', 'intake;worker']) expect(problems(['--role', bad])).toHaveLength(1);
    for (const bad of ['http://a', 'a:6379']) expect(problems([], { REDIS_URL: bad })).toHaveLength(1);
    for (const bad of ['mysql://a/b', 'nothing']) expect(problems([], { DATABASE_URL: bad })).toHaveLength(1);
    for (const bad of ['host', 'host:', 'http://host:80', 'a:1,b']) expect(problems([], { WEDSYNC_EGRESS_ALLOW: bad })).toHaveLength(1);
    for (const bad of ['ftp://a', 'https://a/path']) expect(problems([], { WEDSYNC_PUBLIC_URL: bad })).toHaveLength(1);
  });

  it('never repeats a sensitive value', () => {
    const env = { WEDSYNC_MASTER_KEY: 'aHVudGVyMg==', DATABASE_URL: 'mysql://root:hunter2@db/x', WEDSYNC_METRICS_TOKEN: 'hunter2' };
    const told = problems([], env);
    expect(told).toHaveLength(3);
    for (const message of told) for (const value of Object.values(env)) expect(message).not.toContain(value);
    expect(told.join()).not.toContain('hunter2');
  });

  it('refuses flags and words that it does not know', () => {
    expect(problems(['--prot', '80'])[0]).toContain('--prot is not a flag');
    expect(problems(['--port'])).toEqual(['--port needs a value.']);
    expect(problems(['--demo=1'])).toEqual(['--demo takes no value.']);
    expect(problems(['start'])[0]).toContain('"start"');
    expect(problems(['--help', '--prot'])).toHaveLength(1);
  });

  it('explains itself', () => {
    const help = load(['--help']);
    if (!help.ok || help.value.kind !== 'help') throw new Error('no help');
    for (const field of Object.values(FIELDS)) {
      expect(help.value.text).toContain(`--${field.flag}`);
      expect(help.value.text).toContain(field.variable);
    }
  });

  it('is described on its page: every setting with its flag and expectation, and none that is not there', () => {
    const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');
    const rows = new Map([...page.matchAll(/^\| `([A-Z_]+)` \| `--([a-z-]+)` \| (.+?) \|/gm)].map((match) => [match[1], match[2]]));
    expect([...rows.keys()].sort()).toEqual(Object.values(FIELDS).map((field) => field.variable).sort());
    for (const field of Object.values(FIELDS)) {
      expect(rows.get(field.variable)).toBe(field.flag);
      expect(page, field.variable).toContain(field.about);
      expect(page, field.variable).toContain(field.expected);
    }
  });

  it('belongs to the version in package.json', () => {
    for (const path of ['package.json', join('server', 'package.json')]) expect((JSON.parse(readFileSync(join(root, path), 'utf8')) as { version: string }).version).toBe(VERSION);
  });
});
