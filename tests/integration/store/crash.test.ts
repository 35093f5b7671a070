import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../../server/store/open.ts';
import { openTestStore } from '../../support/store.ts';

const ROUNDS = 3;

test('kill -9 under load loses no acknowledged delivery', { timeout: 120_000 }, async () => {
  const t = await openTestStore();
  const { dataDir } = t.options;
  const { connectionId } = t.connections.stripe;
  await t.store.close();
  const acknowledged = new Set<string>();
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = spawn(process.execPath, [path.resolve('tests/support/storeChild.ts'), dataDir ?? '', t.organisation.id, connectionId, `r${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        // In the middle of the work, at another point in each round.
        if (text.length > 8_000 + round * 5_000) child.kill('SIGKILL');
      });
      await once(child, 'close');
      expect(child.signalCode).toBe('SIGKILL');
      const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
      expect(lines.length).toBeGreaterThan(500);
      for (const line of lines) acknowledged.add(line);

      const again = await openStore(t.options);
      if (!again.ok) throw new Error(`${again.error.code}: ${again.error.message}`);
      const rows = await again.value.internals.database.system.selectFrom('deliveries').select('deliveryKey').execute();
      await again.value.close();
      const stored = new Set(rows.map((row) => row.deliveryKey));
      expect([...acknowledged].filter((key) => !stored.has(key))).toEqual([]);
    }
  } finally {
    await t.cleanup();
  }
});
