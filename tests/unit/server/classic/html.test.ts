import fc from 'fast-check';
import { expect, it } from 'vitest';
import { html, told } from '../../../../server/classic/html.ts';
import { CLASSIC_POLICY } from '../../../../server/classic/style.ts';
import { pageText } from '../../../../server/classic/layout.ts';
import { failure, filled, WORDS } from '../../../../server/classic/words.ts';

/** What a browser would read back out of escaped text. */
const read = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39|#96);/g, (_all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' })[name] ?? '');

it('whatever is put into markup stays text, in an attribute and between tags', () => {
  const signs = fc.string({ unit: fc.oneof(fc.constantFrom('<', '>', '"', "'", '&', '`', '/', '=', ' ', '\0', '\ud800', '-->', '</title>', '<script>', '&lt;'), fc.string({ unit: 'binary', maxLength: 3 })), maxLength: 30 });
  fc.assert(
    fc.property(signs, (text) => {
      const [, inAttribute, between] = /^<p title="([^"<>]*)"><bdi>([^<>]*)<\/bdi><\/p>$/.exec(html`<p title="${text}">${told(text)}</p>`.toString()) ?? [];
      const whole = text.toWellFormed().replaceAll('\0', '');
      expect([read(inAttribute ?? ''), read(between ?? '')]).toEqual([whole, whole]);
    }),
    { numRuns: 500 },
  );
});

it('markup of our own passes as it is, at any depth, and what is not there leaves nothing', () => {
  expect(html`<ul>${[html`<li>${1}</li>`, [html`<li>${'<'}</li>`, null, false]]}</ul>`.toString()).toBe('<ul><li>1</li><li>&lt;</li></ul>');
  // Something that only looks like markup is text; only what was made here is not.
  expect(html`${{ toString: () => '<b>' }.toString()}`.toString()).toBe('&lt;b&gt;');
});

it('a page has one style, whose digest the policy names, and nothing that runs', () => {
  const page = pageText({ title: '</title><script>x</script>', body: html`<p>${'<script>y</script>'}</p>` });
  expect(page.match(/<(script|iframe|object|embed|img|link|base)\b|\son\w+=|javascript:/gi)).toBeNull();
  expect(page.match(/<style>/g)).toHaveLength(1);
  expect(CLASSIC_POLICY).not.toMatch(/script-src|unsafe|connect-src|img-src/);
  expect(CLASSIC_POLICY).toContain("default-src 'none'");
});

it('sentences are filled, and a code that has none of its own says what to do all the same', () => {
  expect(filled('{{a}} of {{b}}', { a: 1 })).toBe('1 of {{b}}');
  expect(failure('auth.throttled', { seconds: '8' })).toContain('8 seconds');
  for (const odd of ['__proto__', 'constructor', 'no.such.code']) expect(failure(odd)).toBe(WORDS.failed.other);
});
