import fc from 'fast-check';

/** Values that break careless programs. JSON can carry each of them. */
export const HOSTILE: readonly unknown[] = [
  null, true, false, 0, -0, -1, 1.5, 1e21, 1e308, -1e308, 2 ** 53, -(2 ** 53), Number.MIN_VALUE,
  '', ' ', '0', 'NaN', 'Infinity', '1e999', 'null', 'undefined', 'true', '\u0000', 'a\u0000b', '\ud800', 'x\udfffy', '\ufeff', '\u202e', '\u0130', '\u{1F600}'.repeat(50),
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', "' OR 1=1 --", '";DROP TABLE events;--', '../../../../etc/passwd', '..\\..\\x', '%00', '%2e%2e%2f',
  '${7*7}', '{{7*7}}', '<script>alert(1)</script>', 'javascript:alert(1)', '\r\nSet-Cookie: a=b', 'x'.repeat(300), 'x'.repeat(20_000),
  '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF', '\u0661\u0662\u0663', '９９９',
  '2026-02-30T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00.000Z',
  [], [[]], [null], [1, 2, 3], Array.from({ length: 3_000 }, () => 0), {}, { a: 1 }, { length: 1e9 }, { toString: 'x', valueOf: 'y' }, { then: 'x' }, { toJSON: 'x' },
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...at, Array.isArray(value) ? Number(key) : key]))];
}

function changed(value: unknown, path: Path, change: (part: unknown) => unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return change(value);
  if (Array.isArray(value)) return value.map((part: unknown, index) => (index === head ? changed(part, rest, change) : part));
  return Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, key === head ? changed(part, rest, change) : (part as unknown)]));
}

function without(value: unknown, path: Path): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  return changed(value, path.slice(0, -1), (part) => (Array.isArray(part) ? part.filter((_one, index) => index !== last) : Object.fromEntries(Object.entries(part as object).filter(([key]) => key !== last))));
}

/** A value with one thing wrong in it: replaced, left out, one too many, or turned into a list. */
export function oneWrong(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(valid, fc.nat(), fc.constantFrom('replace', 'replace', 'replace', 'omit', 'extra', 'list', 'long'), fc.constantFrom(...HOSTILE)).map(([value, where, kind, hostile]) => {
    const paths = pathsOf(value);
    const path = paths[where % paths.length] ?? [];
    if (kind === 'omit') return without(value, path);
    if (kind === 'list') return changed(value, path, (part) => [part, part]);
    if (kind === 'long') return changed(value, path, (part) => (typeof part === 'string' ? part.repeat(1 + Math.ceil(500 / (part.length + 1))) : hostile));
    if (kind === 'extra') return changed(value, path, (part) => (typeof part === 'object' && part !== null && !Array.isArray(part) ? { ...part, ['extra']: hostile } : hostile));
    return changed(value, path, () => hostile);
  });
}

const POLLUTION = ['"__proto__":{"polluted":true}', '"constructor":{"prototype":{"polluted":true}}', '"__proto__":null', '"\\u005f\\u005fproto__":{"polluted":true}'];

/** The text of a value with something wrong in the text itself. */
export function wrongText(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const text = valid.map((value) => JSON.stringify(value) ?? '{}');
  const inserted = (what: string) => (json: string) => (json.startsWith('{') ? `{${what}${json.length > 2 ? ',' : ''}${json.slice(1)}` : `[{${what}}]`);
  return fc.oneof(
    fc.tuple(text, fc.constantFrom(...POLLUTION)).map(([json, what]) => inserted(what)(json)),
    // The same key twice: what is checked must be what is used.
    text.map((json) => inserted((json.slice(1, -1).split(',')[0] ?? '') || '"a":1')(json)),
    fc.tuple(text, fc.nat()).map(([json, cut]) => json.slice(0, cut % (json.length + 1))),
    text.map((json) => `\ufeff${json}`),
    text.map((json) => `${json}${json}`),
    text.map((json) => json.replace(/"/g, "'")),
    text.map((json) => json.replace(/[0-9]+/, '9'.repeat(400))),
    text.map((json) => json.replace(/"([^"]*)"\s*}/, '"\\ud800$1\\u0000"}')),
    fc.constantFrom(10_000, 30_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    fc.constant(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    fc.constant(`{${Array.from({ length: 5_000 }, (_none, n) => `"k${n}":0`).join(',')}}`),
    fc.constantFrom('', ' ', 'null', 'true', '0', '""', '[]', '{}', 'NaN', '-', '{"a":', '\u0000', '\ud83d', 'undefined', '//', '{"a":1,}', '<x/>', 'a=b&c=d'),
  );
}
