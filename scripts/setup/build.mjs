import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { bundledNode, root, toolEnv } from './paths.mjs';
import { SetupError } from './run.mjs';

/** Builds what changed. The builder is TypeScript and runs on the Node 24 that came with the packages. */
export async function buildAll(args = []) {
  const result = spawnSync(bundledNode, [path.join(root, 'scripts', 'build.ts'), ...args], { cwd: root, env: toolEnv(), stdio: 'inherit' });
  if (result.status !== 0) throw new SetupError('The build failed; the messages above say where.');
}
