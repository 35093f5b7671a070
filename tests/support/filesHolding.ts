import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files under a folder that hold the text, in UTF-8 or UTF-16, by their names. One that goes away meanwhile holds nothing. */
export function filesHolding(folder: string, text: string): string[] {
  const forms = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => {
    try {
      const file = join(folder, name);
      if (!statSync(file).isFile()) return false;
      const content = readFileSync(file);
      return forms.some((form) => content.includes(form));
    } catch {
      // A socket, or a file of a moment.
      return false;
    }
  });
}
