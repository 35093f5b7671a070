import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEW_PATHS } from '../../scripts/newVendor/templates.ts';

const repository = resolve(import.meta.dirname, '..', '..');
const MARKED = /FILL IN/;
let root: string;

function run(...args: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'scripts', 'newVendor.ts'), ...args, `--root=${root}`], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}
const edit = (file: string, change: (text: string) => string): void => writeFileSync(join(root, file), change(readFileSync(join(root, file), 'utf8')));
const register = (id: string, variable: string): void => edit('core/vendors/registry.ts', (text) => `import { ${variable} } from './${id}/index.ts';\n${text}`);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wedsync-vendor-'));
  cpSync(join(repository, 'core'), join(root, 'core'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'junction');
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('npm run new:vendor', () => {
  it.each(NEW_PATHS)('makes a folder for the path %s, and names what it lacks until somebody has filled it in', (path) => {
    const id = `new-${path}`;
    const made = run(id, `--path=${path}`, '--name=Any "New" One');
    expect(made, made.err).toMatchObject({ code: 0, err: '' });
    for (const file of ['manifest.ts', 'index.ts', 'README.md']) expect(made.out).toContain(`made core/vendors/${id}/${file}`);
    expect(made.out).toContain(`core/vendors/registry.ts has no line for './${id}/index.ts'`);
    expect(made.out).toMatch(new RegExp(`core/vendors/${id}/manifest\\.ts:\\d+ waits: `));
    expect(made.out).toMatch(new RegExp(`tests/vendors/${id}/${id}\\.test\\.ts:\\d+ waits: what is special`));

    register(id, `new${path.charAt(0).toUpperCase()}${path.slice(1)}`);
    expect(run(id, '--check')).toMatchObject({ code: 1, out: expect.not.stringContaining('registry.ts') as string });
    const waiting = [...run(id, '--check').out.matchAll(/^ {2}- (\S+):\d+ waits/gm)].map((match) => match[1] ?? '');
    for (const file of new Set(waiting)) edit(file, (text) => text.replaceAll(new RegExp(MARKED, 'g'), 'event.known'));
    const done = run(id, '--check');
    expect(done, done.out).toMatchObject({ code: 0 });
    expect(done.out).toContain(`${id} is complete`);
  }, 60_000);

  it('names a trigger without its fixture, a field that the README forgets, and a promise that is not kept', () => {
    run('broken-one', '--path=bridge');
    rmSync(join(root, 'tests/vendors/broken-one/fixtures/booking_created.json'));
    edit('core/vendors/broken-one/README.md', (text) => text.replaceAll('`bearerToken`', 'the token'));
    edit('core/vendors/broken-one/index.ts', (text) => text.replace('{ manifest, webhook: bridgePart(bridge) }', '{ manifest }').replace(/^import \{ bridgePart.*\n/m, '').replace('bridge, manifest', 'manifest'));
    const { code, out } = run('broken-one', '--check');
    expect(code).toBe(1);
    for (const part of ['tests/vendors/broken-one/fixtures/booking_created.json is missing', 'README.md does not name `bearerToken`', 'index.ts has no webhook, and capabilities.webhook promises it']) expect(out).toContain(part);

    edit('core/vendors/broken-one/manifest.ts', (text) => text.replace(/^ {2}missing: .*$/m, '  missing: [],'));
    expect(run('broken-one', '--check').out).toContain('manifest.ts: missing: nothing says what does not come over');
  });

  it('writes a README again out of its manifest, and keeps what somebody wrote under Limits', () => {
    run('told-again', '--path=bridge');
    edit('core/vendors/told-again/README.md', (text) => text.replace(/^- FILL IN.*$/m, '- Nothing is read back.'));
    edit('core/vendors/told-again/manifest.ts', (text) => text.replaceAll(/FILL IN: /g, '').replace("trigger: 'booking_created'", "trigger: 'deal_won'"));
    expect(run('told-again', '--readme').out).not.toMatch(/README\.md(:| does)/);
    const readme = readFileSync(join(root, 'core/vendors/told-again/README.md'), 'utf8');
    expect(readme).toMatch(/## Limits\n\n- Nothing is read back\.\n$/);
    expect(readme).toContain('`deal_won`');
    expect(run('--readme').out).toContain('made core/vendors/dubsado/README.md');
    expect(run('never-made', '--readme')).toMatchObject({ code: 2, err: expect.stringContaining('no core/vendors/never-made') as string });
  });

  it('refuses in words', () => {
    expect(run()).toMatchObject({ code: 2, err: expect.stringContaining('--path=') as string });
    expect(run('Bad_Name')).toMatchObject({ code: 2, err: expect.stringContaining('begin with a letter') as string });
    expect(run('good', '--path=magic')).toMatchObject({ code: 2, err: expect.stringContaining('no path magic') as string });
    expect(run('good', '--colour=red')).toMatchObject({ code: 2, err: expect.stringContaining('--colour') as string });
    expect(run('stripe')).toMatchObject({ code: 2, err: expect.stringContaining('there already') as string });
    expect(run('never-made', '--check')).toMatchObject({ code: 1, out: expect.stringContaining('manifest.ts is missing') as string });
    expect(existsSync(join(root, 'core/vendors/good'))).toBe(false);
  });
});
