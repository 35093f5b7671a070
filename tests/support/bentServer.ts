import { promises as dns } from 'node:dns';
import { VENDORS } from '../../core/vendors/registry.ts';
import { loadConfig } from '../../server/config.ts';
import { createLog } from '../../server/log.ts';
import { serve } from '../../server/serve.ts';

/**
 * The real server, put together from source, in surroundings that a test bends: Google's sign-in stands where
 * `WEDSYNC_TEST_GOOGLE` says, the clock is off by `WEDSYNC_TEST_CLOCK_MS` until it is told otherwise, and the domain name
 * system knows the signing keys in `WEDSYNC_TEST_DKIM` (JSON, name -> record) and nothing else.
 */
const google = process.env['WEDSYNC_TEST_GOOGLE'];
const dkim = process.env['WEDSYNC_TEST_DKIM'];
let offMs = Number(process.env['WEDSYNC_TEST_CLOCK_MS'] ?? '0');
delete process.env['WEDSYNC_TEST_GOOGLE'];
delete process.env['WEDSYNC_TEST_CLOCK_MS'];
delete process.env['WEDSYNC_TEST_DKIM'];

const realNow = Date.now.bind(Date);
Date.now = () => realNow() + offMs;

if (dkim !== undefined) {
  const known = JSON.parse(dkim) as Readonly<Record<string, string>>;
  const resolve = (name: string): Promise<string[][]> => (known[name] === undefined ? Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' })) : Promise.resolve([[known[name]]]));
  Object.assign(dns, { resolve });
}

const manifest = VENDORS.get('google-calendar')?.manifest;
if (google !== undefined && manifest?.oauth) Object.assign(manifest, { oauth: { ...manifest.oauth, authorizeUrl: `${google}/o/oauth2/v2/auth`, tokenUrl: `${google}/oauth2/token` } });

const loaded = loadConfig([], process.env, process.cwd());
if (!loaded.ok || loaded.value.kind === 'help') throw new Error('the configuration is not usable');
const served = await serve(loaded.value.config, createLog('info'));
if (!served.ok) throw new Error(served.error.message);
const serving = served.value;

process.on('message', (message: { readonly type?: unknown; readonly ms?: unknown }) => {
  if (message.type === 'clock') offMs = Number(message.ms);
  if (message.type === 'ticket') void serving.ticket().then((ticket) => process.send?.({ type: 'ticket', ticket }));
});
process.on('SIGTERM', () => void serving.stop().then(() => process.exit(0)));
process.send?.({ type: 'ready', url: serving.url, ticket: await serving.ticket(), organisationId: serving.organisationId });
