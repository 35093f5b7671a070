import { createIds, systemClock } from '../../server/ports.ts';
import { openStore } from '../../server/store/open.ts';

/**
 * A process that stores deliveries as fast as it can and says so for each one that it may acknowledge, until it is
 * killed. Arguments: data directory, organisation, connection, prefix of the keys.
 */
const [dataDir = '', organisationId = '', connectionId = '', prefix = ''] = process.argv.slice(2);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const opened = await openStore({ dataDir, databaseUrl: null, masterKey: new Uint8Array(32).fill(7), clock: systemClock, ids: createIds(), log: quiet });
if (!opened.ok) throw new Error(opened.error.message);
const store = opened.value;

let next = 0;
async function client(): Promise<never> {
  for (;;) {
    const deliveryKey = `${prefix}-${(next += 1)}`;
    const receivedAt = new Date(systemClock.now()).toISOString();
    await store.addDelivery({ organisationId, connectionId, system: 'stripe', deliveryKey, vendorEvent: null, mediaType: 'application/json', headers: {}, bodyText: JSON.stringify({ deliveryKey, filler: 'x'.repeat(500) }), receivedAt });
    process.stdout.write(`${deliveryKey}\n`);
  }
}
await Promise.all(Array.from({ length: 32 }, client));
