import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { app, dialog } from 'electron';
import type { Log } from '../../core/ports/ports.ts';

export type Saved = 'saved' | 'cancelled' | 'failed';

/** Asks the person where to, and writes the text there, readable to them alone. A page never learns the place. */
export function fileSaver(log: Log): (name: string, text: string) => Promise<Saved> {
  return async (name, text) => {
    const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: path.join(app.getPath('documents'), name) });
    if (canceled || filePath === '') return 'cancelled';
    try {
      await writeFile(filePath, text, { mode: 0o600 });
      return 'saved';
    } catch (error) {
      log.warn({ err: error }, 'a file could not be saved');
      return 'failed';
    }
  };
}
