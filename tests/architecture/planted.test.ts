import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { FOLDERS, MINIMUM_MODULES, checkImports } from '../../scripts/cruise.mjs';

/**
 * The rules are only worth something when they bite: each file under samples/ breaks one and says which in its first line.
 */

const root = path.resolve(import.meta.dirname, '..', '..');
const samples = path.join(import.meta.dirname, 'samples');

const files = readdirSync(samples, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => file.split(path.sep).join('/'));
const planted = files.flatMap((file) => {
  const expected = /^\/\/ must fail: (.*)$/m.exec(readFileSync(path.join(samples, file), 'utf8'))?.[1];
  return (expected?.split(',') ?? []).map((rule) => ({ file, rule: rule.trim() }));
});

/** `file rule` for everything that either tool found. */
const found = new Set<string>();
const innocent = files.filter((file) => !planted.some((plant) => plant.file === file));

beforeAll(async () => {
  const imports = await checkImports(samples, FOLDERS.filter((folder) => files.some((file) => file.startsWith(`${folder}/`))));
  for (const { rule, from } of imports.violations) found.add(`${from} ${rule}`);

  process.env['WEDSYNC_LINT_BASE'] = samples;
  const eslint = new ESLint({ cwd: samples, overrideConfigFile: path.join(root, 'scripts', 'config', 'eslint.config.mjs') });
  for (const result of await eslint.lintFiles(['.'])) {
    const file = path.relative(samples, result.filePath).split(path.sep).join('/');
    for (const message of result.messages) {
      found.add(`${file} ${message.ruleId ?? message.message}`);
      // Restricted words share one rule; our name for each stands before the colon.
      if (message.ruleId === 'no-restricted-syntax') found.add(`${file} ${message.message.split(':')[0]}`);
    }
  }
}, 120_000);

describe('planted violations', () => {
  it.each(planted)('$file fails by $rule', ({ file, rule }) => {
    expect([...found].filter((line) => line.startsWith(`${file} `))).toContain(`${file} ${rule}`);
  });

  it('leaves the innocent neighbours alone', () => {
    expect([...found].filter((line) => innocent.some((file) => line.startsWith(`${file} `)))).toEqual([]);
    expect(innocent.length).toBeGreaterThan(5);
  });

  it('every import rule has a planted violation', async () => {
    const { default: configuration } = await import('../../scripts/config/dependency-cruiser.mjs');
    const open = configuration.forbidden.map((rule) => rule.name).filter((name) => !planted.some((plant) => plant.rule === name));
    expect(open).toEqual([]);
  });
});

describe('the sources themselves', () => {
  it('are really seen by the import check, and clean', async () => {
    const { modules, violations } = await checkImports(root, FOLDERS);
    expect(modules).toBeGreaterThan(MINIMUM_MODULES);
    expect(violations.map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`)).toEqual([]);
  }, 60_000);
});
