import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A websocket by hand: what no library would let out can be written. */
export interface RawSocket {
  /** Bytes as they are. */
  write(bytes: Buffer): void;
  /** Text frames that came, in order. */
  readonly texts: string[];
  /** Control frames that came, by their code. */
  readonly controls: number[];
  readonly tcp: Socket;
  gone(): boolean;
}

/** One frame. `opcode` 1 = text, 2 = binary, 0 = continuation, 8 = close, 9 = ping, 10 = pong. */
export function wsFrame(opcode: number, payload: Buffer | string, options: { fin?: boolean; reserved?: number; masked?: boolean; claims?: number } = {}): Buffer {
  const { fin = true, reserved = 0, masked = true } = options;
  const data = Buffer.from(payload);
  const length = options.claims ?? data.length;
  const size = length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.from([126, length >> 8, length & 255]) : Buffer.concat([Buffer.from([127]), Buffer.from(BigInt(length).toString(16).padStart(16, '0'), 'hex')]);
  size[0] = (size[0] ?? 0) | (masked ? 0x80 : 0);
  const head = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode]);
  if (!masked) return Buffer.concat([head, size, data]);
  const mask = randomBytes(4);
  return Buffer.concat([head, size, mask, data.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

export const text = (payload: string): Buffer => wsFrame(1, payload);

/** Opens a line to the stream, up to and with the upgrade. */
export async function rawSocket(url: string, path = '/stream/?EIO=4&transport=websocket', headers = ''): Promise<RawSocket> {
  const tcp = connect(Number(new URL(url).port), '127.0.0.1');
  tcp.on('error', () => tcp.destroy());
  let ended = false;
  tcp.on('close', () => (ended = true));
  tcp.on('end', () => (ended = true));
  tcp.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`);
  const texts: string[] = [];
  const controls: number[] = [];
  let held = Buffer.alloc(0);
  let isOpen = false;
  const read = () => {
    if (!isOpen) {
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) return;
      isOpen = true;
      held = held.subarray(end + 4);
    }
    while (held.length >= 2) {
      const code = (held[0] ?? 0) & 15;
      const short = (held[1] ?? 0) & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (held.length < head) return;
      const length = short < 126 ? short : short === 126 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
      if (held.length < head + length) return;
      if (code < 3) texts.push(held.subarray(head, head + length).toString());
      else controls.push(code);
      held = held.subarray(head + length);
    }
  };
  tcp.on('data', (part: Buffer) => {
    held = Buffer.concat([held, part]);
    read();
  });
  await Promise.race([once(tcp, 'data'), once(tcp, 'close')]);
  return { write: (bytes) => void (tcp.destroyed || tcp.write(bytes)), texts, controls, tcp, gone: () => ended || tcp.destroyed };
}
