import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { bootstrap, main } from './bootstrap.mjs';
import { buildAll } from './setup/build.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';

/** `npm run chaos`: the faults at full length; flags go to tests/chaos/index.ts. */
await main(async () => {
  await bootstrap({ electron: false, tests: true });
  await buildAll();
  const result = spawnSync(bundledNode, [path.join(root, 'tests', 'chaos', 'index.ts'), ...process.argv.slice(2)], { cwd: root, env: toolEnv(), stdio: 'inherit' });
  return result.status ?? 1;
});
