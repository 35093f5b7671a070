import type { Clock } from '../../core/ports/ports.ts';
import { createAllowance, type FloodLimits } from './flood.ts';
import type { EngineLine } from './lines.ts';

/** Holds one line to its allowance. Counted on the line itself, known or not, because control frames and unfinished messages never become packets. */
export function meterLine(line: EngineLine, clock: Clock, flood: FloodLimits, told: { readonly slowed: () => void; readonly flooding: () => void }): void {
  const { request, transport } = line;
  const allowance = createAllowance(
    {
      pause() {
        told.slowed();
        transport.socket?.pause();
      },
      resume: () => transport.socket?.resume(),
      flooding: told.flooding,
    },
    clock,
    flood,
  );
  line.on('packet', allowance.message);
  transport.socket?.on('ping', allowance.message);
  transport.socket?.on('pong', allowance.message);
  request.socket.on('data', (chunk: Buffer) => allowance.bytes(chunk.length));
  request.socket.once('close', allowance.end);
}
