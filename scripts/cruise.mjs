import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import configuration from './config/dependency-cruiser.mjs';
import { root } from './setup/paths.mjs';

/** Fewer modules than this means the tool did not see the sources, whatever it says about them. */
export const MINIMUM_MODULES = 150;
export const FOLDERS = ['core', 'egress', 'main', 'preload', 'renderer', 'server', 'scripts'];

/**
 * Checks who imports what.
 * @param {string} baseDir a folder that holds core/, main/, ... : the repository, or the planted violations
 * @param {string[]} places what to scan, relative to it
 * @returns {Promise<{modules: number, violations: {rule: string, from: string, to: string}[]}>} `modules` counts our own files
 */
export async function checkImports(baseDir, places) {
  const { options, forbidden } = configuration;
  const tsConfig = extractTSConfig(path.join(root, options.tsConfig.fileName));
  const { output } = await cruise(places, { ...options, tsConfig: undefined, ruleSet: { forbidden }, validate: true, baseDir }, undefined, { tsConfig });
  const { modules, summary } = output;
  return {
    modules: modules.filter((module) => !module.source.includes('node_modules') && module.coreModule !== true).length,
    violations: summary.violations.map((found) => ({ rule: found.rule.name, from: found.from, to: found.to })),
  };
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename) {
  const { modules, violations } = await checkImports(root, FOLDERS);
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} -> ${to}`);
  if (modules < MINIMUM_MODULES) console.error(`Only ${modules} modules were seen, at least ${MINIMUM_MODULES} are expected: the check did not look at the sources.`);
  else console.log(`${modules} modules, ${violations.length} violations`);
  process.exitCode = violations.length > 0 || modules < MINIMUM_MODULES ? 1 : 0;
}
