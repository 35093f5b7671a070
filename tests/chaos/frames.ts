import type { MakeMeddler } from './proxy.ts';

/** Counts of what was done to frames on their way. */
export interface Mischief {
  on: boolean;
  duplicated: number;
  swapped: number;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const FRAME_MESSAGE = Buffer.from('42["frame"');
/** A frame that waits for a successor to be swapped with goes out alone after this. */
const HOLD_MS = 60;

/** Bytes of the first WebSocket frame in `buffer`, and where its payload begins; null = not whole yet. */
function firstFrame(buffer: Buffer): { readonly size: number; readonly payloadAt: number } | null {
  if (buffer.length < 2) return null;
  const first = buffer[0] ?? 0;
  const short = (buffer[1] ?? 0) & 0x7f;
  if ((first & 0x70) !== 0 || ((buffer[1] ?? 0) & 0x80) !== 0) throw new Error('the server compresses or masks; this relay cannot read it');
  const payloadAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (buffer.length < payloadAt) return null;
  const length = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short;
  return buffer.length < payloadAt + length ? null : { size: payloadAt + length, payloadAt };
}

/** Tells some stream frames twice and some in the wrong order, message by message, below the protocol that numbers them. */
export function mischievous(mischief: Mischief, random: () => number): MakeMeddler {
  return (forward) => {
    let rest: Buffer = Buffer.alloc(0);
    let open = false;
    let held: Buffer | null = null;

    const release = (): void => {
      if (held) forward(held);
      held = null;
    };
    const message = (bytes: Buffer, payloadAt: number): void => {
      const isFrame = bytes.subarray(payloadAt, payloadAt + FRAME_MESSAGE.length).equals(FRAME_MESSAGE);
      if (isFrame && held) {
        mischief.swapped += 1;
        forward(bytes);
        return release();
      }
      const chance = isFrame && mischief.on ? random() : 1;
      if (chance < 0.15) {
        held = bytes;
        setTimeout(release, HOLD_MS);
        return;
      }
      forward(bytes);
      if (chance > 0.3 || !isFrame || !mischief.on) return;
      mischief.duplicated += 1;
      forward(bytes);
    };

    return {
      take(chunk) {
        rest = Buffer.concat([rest, chunk]);
        if (!open) {
          const head = rest.indexOf(END_OF_HEAD);
          if (head < 0) return;
          open = true;
          forward(rest.subarray(0, head + END_OF_HEAD.length));
          rest = rest.subarray(head + END_OF_HEAD.length);
        }
        for (let frame = firstFrame(rest); frame; frame = firstFrame(rest)) {
          message(Buffer.from(rest.subarray(0, frame.size)), frame.payloadAt);
          rest = rest.subarray(frame.size);
        }
      },
    };
  };
}
