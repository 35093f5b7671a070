import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { bootstrap, main } from './bootstrap.mjs';
import { buildAll } from './setup/build.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';
import { SetupError } from './setup/run.mjs';

/** `npm run bench`: the measurements at full length; flags go to tests/bench/index.ts. */
await main(async () => {
  const { electron } = await bootstrap({ electron: true, tests: true });
  if (!electron.ok) throw new SetupError(`The measurements need Electron: ${electron.why}.`);
  await buildAll();
  const result = spawnSync(bundledNode, [path.join(root, 'tests', 'bench', 'index.ts'), ...process.argv.slice(2)], { cwd: root, env: toolEnv(), stdio: 'inherit' });
  return result.status ?? 1;
});
