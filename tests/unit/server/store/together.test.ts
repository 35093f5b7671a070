import { expect, it } from 'vitest';
import { together } from '../../../../server/store/together.ts';

const failing = (code: string, after: Promise<unknown> = Promise.resolve()): Promise<never> =>
  after.then(() => {
    throw Object.assign(new Error(`failed with ${code}`), { code });
  });

it('gives the answers in the order of the statements', async () => {
  let slow = (_: string): void => undefined;
  const first = new Promise<string>((resolve) => (slow = resolve));
  const all = together([first, Promise.resolve(2), Promise.resolve(null)]);
  slow('one');
  expect(await all).toEqual(['one', 2, null]);
});

it('ends only when every one has ended, so that nothing is sent after the transaction', async () => {
  const ended: string[] = [];
  let end = (): void => undefined;
  const chain = new Promise<void>((resolve) => (end = resolve)).then(() => void ended.push('chain'));
  const all = together([failing('23505'), chain]).catch(() => void ended.push('together'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toEqual([]);
  end();
  await all;
  expect(ended).toEqual(['chain', 'together']);
});

it('rejects with what was wrong, not with its echo in the others', async () => {
  await expect(together([failing('25P02'), failing('23505'), failing('25P02')])).rejects.toMatchObject({ code: '23505' });
});

it('rejects with the echo where there is nothing else', async () => {
  await expect(together([Promise.resolve(1), failing('25P02')])).rejects.toMatchObject({ code: '25P02' });
});
