import { isIP } from 'node:net';
import type { Config } from '../config.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/** The name in a `Host` header, lower case, without its port; null when there is none or it cannot be read. */
function nameIn(host: string | undefined): string | null {
  if (host === undefined || /[\s/@?#]/.test(host)) return null;
  return URL.parse(`http://${host}`)?.hostname ?? null;
}

/** True where only this machine itself can call. */
export const listensHereOnly = ({ host }: Pick<Config, 'host'>): boolean => LOOPBACK.test(host);

/** True when the caller asked for this machine by a name that only this machine can have given it. */
export function namesThisMachine(host: string | undefined): boolean {
  const name = nameIn(host);
  return name !== null && LOOPBACK.test(name);
}

/**
 * A foreign page can have its own name point at 127.0.0.1, and is then of one origin with whatever listens there: the
 * browser's rules no longer protect us. A server on loopback therefore answers only to names that are its own. An
 * address is no name and cannot be pointed anywhere. A server on the network is called by names that it cannot know;
 * only what is no name at all is refused, because addresses of links are made of it.
 */
export function isOwnName(host: string | undefined, config: Pick<Config, 'host' | 'publicUrl'>): boolean {
  const name = nameIn(host);
  if (!listensHereOnly(config)) return host === undefined || name !== null;
  if (name === null) return false;
  if (LOOPBACK.test(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
  return config.publicUrl !== null && name === new URL(config.publicUrl).hostname;
}
