import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './files.ts';

/** docs/security.md says nothing that is not there (SEC-13). */

const page = readFileSync(path.join(root, 'docs', 'security.md'), 'utf8');
const rowsUnder = (heading: string): string[][] => {
  const [, part = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = part.split('\n## ');
  return own.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
};

describe('docs/security.md', () => {
  it('names a test that is there for every door', () => {
    const doors = rowsUnder('Doors');
    expect(doors.length).toBeGreaterThan(15);
    const named = doors.map(([door = '', , , proof = '']) => ({ door, tests: [...proof.matchAll(/`(tests\/[^`]+)`/g)].map((match) => match[1] ?? '') }));
    expect(named.filter(({ tests }) => tests.length === 0)).toEqual([]);
    expect(named.flatMap(({ tests }) => tests).filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('leaves out none of the tests of security', () => {
    const files = readdirSync(path.join(root, 'tests', 'security')).filter((file) => file.endsWith('.test.ts'));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !page.includes(`\`tests/security/${file}\``))).toEqual([]);
  });

  it('counts its score out of its own table, and has what was asked for', () => {
    const states = rowsUnder('The requirements').map(([id = '', , state = '', open = '']) => ({ id, state, open }));
    expect(states.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => `SEC-${String(index + 1).padStart(2, '0')}`).filter((id) => id !== 'SEC-13'));
    // Whatever is not met says what is open, and the other way round.
    expect(states.filter(({ state, open }) => !['met', 'part', 'missing'].includes(state) || (state === 'met') !== (open === ''))).toEqual([]);
    const sum = states.reduce((total, { state }) => total + (state === 'met' ? 1 : state === 'part' ? 0.5 : 0), 0);
    const score = Math.floor((sum / states.length) * 100) / 10;
    expect(/^Score: (\d+\.\d) of 10/m.exec(page)?.[1]).toBe(score.toFixed(1));
    expect(score).toBeGreaterThanOrEqual(8.2);
  });
});
