import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { committed, root } from './files.ts';
import { KEY_FILE, secretsIn } from './secretScan.ts';

/** SEC-08: no key, token or password of anybody stands in the repository. */

const BINARY = /\.(png|ico|icns|woff2?|wav|ogg|mp3)$/;

it('no file of the repository holds a secret', () => {
  const text = committed().filter((file) => !BINARY.test(file));
  const bad = text.flatMap((file) => secretsIn(readFileSync(path.join(root, file), 'utf8')).map((found) => `${file}:${found.line} ${found.kind} ${found.begins}`));
  expect(bad).toEqual([]);
  expect(text.length).toBeGreaterThan(500);
});

it('and none is a file for keys', () => {
  expect(committed().filter((file) => KEY_FILE.test(file))).toEqual([]);
  for (const name of ['.env', 'server/.env.local', 'certs/server.pem', 'a/id_ed25519', 'b.p12']) expect(KEY_FILE.test(name), name).toBe(true);
  for (const name of ['core/vendors/keeping.ts', 'docs/environment.md', 'renderer/keyboard.ts']) expect(KEY_FILE.test(name), name).toBe(false);
});

// Put together here, so that this file holds none of them.
const PLANTED: readonly (readonly [kind: string, parts: readonly string[]])[] = [
  ['private key', ['-----BEGIN RSA ', 'PRIVATE KEY-----']],
  ['AWS key', ['AKIA', 'Q7RTX2MNV4LK8PZS']],
  ['Stripe key', ['sk_', 'live_4eC39HqLyjWDarjtT1zd']],
  ['webhook secret', ['whsec_', 'Qm9zV3pKx81LtYw2RdAe']],
  ['GitHub token', ['ghp_', 'k3JvQ9xW2mLtR8sYp1ZbN6dCf4HgT7uEaXoV']],
  ['Slack token', ['xoxb-', '58213904417-kPq3Vz']],
  ['Slack address', ['hooks.slack.com', '/services/T8K2LM9QX/B7P3/zYxWvU']],
  ['Zapier address', ['hooks.zapier.com', '/hooks/catch/884213/b3k9zq/']],
  ['Google key', ['GOCSPX-', 'p9Vw2LkTq8ZyNc4RsXmB71']],
  ['Microsoft secret', ['aQx', '8Q~', 'Zk3vT9wLmR2sYp7NbC4dFgH6jXoVuEaK1t']],
  ['Twilio key', ['SK', '9f3b7c1d5e8a2046b7d9c1e3f5a7b9d1']],
  ['Mailchimp key', ['9f3b7c1d5e8a2046b7d9c1e3f5a7b9d1', '-us21']],
  ['Resend key', ['re_', 'Zk3vT9wL_mR2sYp7NbC4d']],
  ['signed token', ['eyJhbGciOiJI', 'UzI1NiJ9.eyJzdWIiOiI3NzEyIn0.Zk3vT9wLmR2sYp7']],
  ['password in an address', ['postgres://venue:', 'Zk3vT9wLm@db.example.org/wedsync']],
  ['value of a secret', ["clientSecret: '", "Zk3vT9wLmR2sYp7NbC4dFgH6'"]],
];

describe('the scan', () => {
  it.each(PLANTED)('finds a planted %s, and tells its line and not the whole of it', (kind, parts) => {
    const planted = parts.join('');
    const [found, ...more] = secretsIn(`first line\n  ${planted}\n`).filter((each) => each.kind === kind);
    expect(found).toMatchObject({ kind, line: 2 });
    expect(planted).not.toBe(found?.begins);
    expect(more).toEqual([]);
  });

  it('passes over what says itself that it is made up', () => {
    const examples = ["SECRET = 'whsec_load_0123456789abcdef0123456789'", 'redis://user:password@HOST:6379', "const TOKEN = 'bridge_fixture_token_0123456789'"];
    expect(examples.flatMap(secretsIn)).toEqual([]);
  });
});
