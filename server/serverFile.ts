import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const SERVER_FILE = 'server.json';

/** Where the running server is found by other programs of this machine; readable by its owner only. */
export const ServerFile = z.object({ url: z.string(), pid: z.int(), startedAt: z.iso.datetime() });
export type ServerFile = z.infer<typeof ServerFile>;

/** Written beside and renamed, so that a reader never sees half of it. */
export async function writeServerFile(dataDir: string, content: ServerFile): Promise<void> {
  const path = join(dataDir, SERVER_FILE);
  const beside = `${path}.${content.pid}`;
  await writeFile(beside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(beside, path);
}

/** Removes the file only if it still speaks of this process. */
export async function removeServerFile(dataDir: string, pid: number): Promise<void> {
  const path = join(dataDir, SERVER_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Not ours: we write it whole or not at all.
    return;
  }
  const parsed = ServerFile.safeParse(content);
  if (parsed.success && parsed.data.pid === pid) await rm(path, { force: true });
}
