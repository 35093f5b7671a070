import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, main } from './bootstrap.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';
import { SetupError } from './setup/run.mjs';

/** `npm run month -- --changes=3000 --seed=1`: a month of changes on both sides of five calendars. Without a seed a new one is taken and printed. */
await main(async () => {
  const { changes = '3000', seed = String(Math.floor(Math.random() * 1_000_000)) } = parseArgs({ options: { changes: { type: 'string' }, seed: { type: 'string' } } }).values;
  if (!/^\d{1,5}$/.test(changes) || !/^\d{1,10}$/.test(seed)) throw new SetupError('--changes and --seed take whole numbers');
  await bootstrap({ electron: false, tests: true });
  const result = spawnSync(bundledNode, [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'scripts/config/vitest.config.ts', '--project', 'standard', 'tests/integration/calendars/month.test.ts'], {
    cwd: root,
    env: toolEnv({ WEDSYNC_MONTH: changes, WEDSYNC_MONTH_SEED: seed }),
    stdio: 'inherit',
  });
  return result.status ?? 1;
});
