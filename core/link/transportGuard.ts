/** One packet as the transport under Socket.IO hands it on, before it is looked into. */
export interface EnginePacket {
  type: string;
  data?: unknown;
}

const objectIn = (text: unknown): Record<string, unknown> | null => {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

const isGreeting = (data: unknown): boolean => {
  const said = objectIn(data);
  const isSpan = (value: unknown) => typeof value === 'number' && value > 0 && value <= 600_000;
  return said !== null && typeof said['sid'] === 'string' && Array.isArray(said['upgrades']) && isSpan(said['pingInterval']) && isSpan(said['pingTimeout']);
};

/**
 * False for packets that the client library trusts blindly and would throw on, where nobody can catch it: a greeting
 * that is none, or a second one, and a refusal without words. One such packet of a broken or hostile server would end
 * the desktop.
 */
export function packetGuard(): (packet: EnginePacket) => boolean {
  let greeted = false;
  return ({ type, data }) => {
    if (type === 'open') {
      const first = !greeted;
      greeted = true;
      return first && isGreeting(data);
    }
    // `44` = refused; we speak in no namespace, so its words follow at once.
    if (type === 'message' && typeof data === 'string' && data.startsWith('4')) return objectIn(data.slice(1)) !== null;
    return true;
  };
}
