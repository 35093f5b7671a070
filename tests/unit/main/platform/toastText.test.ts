import { describe, expect, it } from 'vitest';
import { toastIcon } from '../../../../main/platform/toastIcon.ts';
import { bodyText, titleText } from '../../../../main/platform/toastText.ts';

describe('what a toast says', () => {
  it('is never read as markup', () => {
    expect(bodyText('Amara & Tom: <a href="https://example.org">pay here</a> <img src=\'x\'>', true)).toBe(
      'Amara &amp; Tom: &lt;a href=&quot;https://example.org&quot;&gt;pay here&lt;/a&gt; &lt;img src=&#39;x&#39;&gt;',
    );
  });
  it('is shown as it is where a daemon reads no markup', () => {
    expect(bodyText('Amara & Tom <3', false)).toBe('Amara & Tom <3');
  });
  it('keeps what somebody wrote already escaped', () => {
    expect(bodyText('&lt;b&gt;', true)).toBe('&amp;lt;b&amp;gt;');
  });
  it('loses what a bus cannot carry, and keeps its lines', () => {
    expect(bodyText('one\u0000two\u001b[31m\nthree\tfour', true)).toBe('one two [31m\nthree\tfour');
    expect(titleText('  Two\nlines\u0007 ')).toBe('Two lines');
  });
});

describe('the picture on a toast', () => {
  it('has its colours in the other order and not multiplied with the opacity', () => {
    const half = Buffer.from([0x10, 0x20, 0x40, 0x80, 1, 2, 3, 255, 9, 9, 9, 0, 200, 200, 200, 100]);
    expect(toastIcon(2, 2, half)).toEqual({ width: 2, height: 2, rgba: Buffer.from([0x80, 0x40, 0x20, 0x80, 3, 2, 1, 255, 0, 0, 0, 0, 255, 255, 255, 100]) });
  });
  it('is left out when there is none', () => {
    expect(toastIcon(64, 64, Buffer.alloc(0))).toBeNull();
    expect(toastIcon(0, 0, Buffer.alloc(0))).toBeNull();
  });
});
