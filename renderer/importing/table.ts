import { IMPORT_CHARACTERS, type ImportPreview, type SystemFace } from '../../core/contract/systems.ts';

/** A file of rows as it lies on the person's disk. */

export type ReadTable = { readonly kind: 'text'; readonly text: string; readonly western: boolean } | { readonly kind: 'spreadsheet' | 'too_large' | 'empty' };

const SPREADSHEETS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
];

/** Text out of the bytes: UTF-8 (or UTF-16 with its mark), else what older Windows programs write. */
export function readTable(bytes: Uint8Array): ReadTable {
  if (SPREADSHEETS.some((magic) => magic.every((byte, index) => bytes[index] === byte))) return { kind: 'spreadsheet' };
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  let text: string;
  let western = false;
  try {
    text = new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: exports of older programs are in the code page of Western Windows. The person is told, and sees the rows first.
    text = new TextDecoder('windows-1252').decode(bytes);
    western = true;
  }
  return fits(text, western);
}

export function fits(text: string, western = false): ReadTable {
  if (text.trim() === '') return { kind: 'empty' };
  return text.length > IMPORT_CHARACTERS ? { kind: 'too_large' } : { kind: 'text', text, western };
}

type Column = SystemFace['columns'][number];
export type Columns = Readonly<Record<string, string>>;

/** Needed columns that no heading is mapped to. */
export const columnsMissing = (columns: readonly Column[], map: Columns): Column[] => columns.filter((column) => column.required && !Object.values(map).includes(column.key));

/** A column belongs to one heading: choosing it again takes it from the heading that had it; '' leaves the heading out. */
export function mapped(map: Columns, heading: string, key: string): Columns {
  const rest = Object.entries(map).filter(([name, value]) => name !== heading && value !== key);
  return Object.fromEntries(key === '' ? rest : [...rest, [heading, key]]);
}

export const sameColumns = (a: Columns, b: Columns): boolean => {
  const [one, two] = [Object.entries(a), Object.entries(b)];
  return one.length === two.length && one.every(([heading, key]) => b[heading] === key);
};

/** Problems as text for a message to whoever made the file: line, tab, what is wrong. */
export const problemsText = (problems: ImportPreview['problems']): string => problems.map(({ line, message }) => `${line}\t${message}`).join('\n');
