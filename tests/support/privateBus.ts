import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A session bus of its own. */
export interface PrivateBus {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * A real bus that starts nothing by itself: otherwise it would wake the machine's own notification daemon or keychain.
 * @param socket where it listens; left out = in a folder of its own, gone afterwards
 */
export async function startPrivateBus(socket?: string, env: NodeJS.ProcessEnv = process.env): Promise<PrivateBus> {
  const own = mkdtempSync(join(tmpdir(), 'wedsync-bus-'));
  const config = join(own, 'bus.conf');
  writeFileSync(
    config,
    `<busconfig><type>session</type><listen>unix:path=${socket ?? join(own, 'bus')}</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
  );
  const bus = spawn('dbus-daemon', [`--config-file=${config}`, '--print-address', '--nofork', '--nopidfile'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => bus.once('exit', () => resolve()));
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    bus.on('error', reject);
    void ended.then(() => reject(new Error('the bus ended at once')));
    bus.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('\n')) resolve(said.split('\n')[0] ?? '');
    });
  });
  return {
    address,
    async close() {
      bus.kill('SIGTERM');
      await ended;
      rmSync(own, { recursive: true, force: true });
    },
  };
}
