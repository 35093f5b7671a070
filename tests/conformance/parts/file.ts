import { describe, expect, it } from 'vitest';
import { stored } from '../../vendors/ports.ts';
import { expectUnderstood } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Rows of a file: each is understood, known again, and refused in words when something is missing. */
export function fileConformance(samples: VendorSamples): void {
  const { vendor, access } = samples;
  const { manifest, file } = vendor;
  if (!file || !samples.file) return;
  const { rows } = samples.file;
  const columns = manifest.file?.columns ?? [];

  describe(`${manifest.id}: file`, () => {
    it('has columns with headings that no two share', () => {
      const headings = columns.flatMap((column) => column.headings);
      expect(new Set(columns.map((column) => column.key)).size).toBe(columns.length);
      expect(new Set(headings).size).toBe(headings.length);
      for (const heading of headings) expect(heading).toBe(heading.toLowerCase());
    });

    it('takes each row, under the same key each time', () => {
      const keys = rows.map((row) => {
        const brought = file.bring(row, access.settings);
        if (!brought.ok) throw new Error(brought.error.message);
        const again = file.bring(Object.fromEntries(Object.entries(row).reverse()), access.settings);
        expect(again.ok && again.value.key).toBe(brought.value.key);
        expectUnderstood(file.normalise(stored(brought.value.body, { vendorEvent: brought.value.event, settings: access.settings })));
        return brought.value.key;
      });
      expect(new Set(keys).size).toBe(rows.length);
      for (const column of columns) expect(rows.some((row) => column.key in row), `no sample row has ${column.key}`).toBe(true);
    });

    it('says what is missing, by the name of the column', () => {
      const [row] = rows;
      if (!row) throw new Error('no rows');
      for (const column of columns.filter((each) => each.required)) {
        const { [column.key]: _left, ...rest } = row;
        const answer = file.bring(rest, access.settings);
        expect(answer.ok, column.key).toBe(false);
        if (!answer.ok) expect(answer.error.message).toContain(column.label);
      }
      expect(file.bring({}, access.settings).ok).toBe(false);
    });

    it('never throws on a stored row of any shape', () => {
      for (const body of ['', '{', 'null', '[]', '{}', '{"a":1}']) {
        const meant = file.normalise(stored(body, { settings: access.settings }));
        if (!meant.ok) expect(meant.error.message).not.toBe('');
      }
    });
  });
}
