import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, main } from './bootstrap.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';
import { SetupError } from './setup/run.mjs';

/** `npm run fuzz -- --minutes=10 --seed=1`: bad input at full length. Without a seed a new one is taken and printed. */
await main(async () => {
  const { minutes = '10', seed } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } }).values;
  if (!/^\d{1,4}$/.test(minutes) || (seed !== undefined && !/^\d{1,10}$/.test(seed))) throw new SetupError('--minutes and --seed take whole numbers');
  await bootstrap({ electron: false, tests: true });
  const result = spawnSync(bundledNode, [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'scripts/config/vitest.config.ts', '--project', 'standard', 'tests/fuzz/'], {
    cwd: root,
    env: toolEnv({ WEDSYNC_FUZZ_MINUTES: minutes, ...(seed === undefined ? {} : { WEDSYNC_FUZZ_SEED: seed }) }),
    stdio: 'inherit',
  });
  return result.status ?? 1;
});
