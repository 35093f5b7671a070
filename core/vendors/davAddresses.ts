/** Addresses of a WebDAV server. Read strictly, so that no other reader of the same text could find another host in it. */

export interface DavAddress {
  /** `https://host` or `https://host:8443`, lower case. */
  readonly origin: string;
  readonly host: string;
  readonly secure: boolean;
  /** Begins with `/`, each segment encoded in one way, without query or fragment. */
  readonly path: string;
}

const ABSOLUTE = /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\/[^\s\\?#]*)?(?:[?#]\S*)?$/i;
const STANDARD_PORT = { http: '80', https: '443' } as const;
const LONGEST = 1_000;

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    // No UTF-8 behind the percent signs: not a name that we could repeat.
    return null;
  }
}

/** Servers write the same path as `%40` here and `@` there: one spelling for both. Null for a path that leaves its place. */
export function canonicalPath(path: string): string | null {
  if (!path.startsWith('/') || path.length > LONGEST) return null;
  const segments = path.split('/').map(decoded);
  if (segments.some((segment) => segment === null || segment === '.' || segment === '..' || /\p{Cc}/u.test(segment))) return null;
  return segments.map((segment) => encodeURIComponent((segment ?? '').toWellFormed())).join('/').replace(/\/{2,}/g, '/');
}

/** `https://host/path`, or a path (`/a/b`, also with a query behind it) at `base`; null for anything else. */
export function addressOf(text: string, base: DavAddress | null = null): DavAddress | null {
  const trimmed = text.trim();
  const match = ABSOLUTE.exec(trimmed);
  if (match) {
    const scheme = match[1]?.toLowerCase() === 'http' ? 'http' : 'https';
    const host = match[2]?.toLowerCase() ?? '';
    const port = match[3] ?? STANDARD_PORT[scheme];
    const path = canonicalPath(match[4] ?? '/');
    if (host.includes('..') || path === null) return null;
    return { origin: `${scheme}://${host}${port === STANDARD_PORT[scheme] ? '' : `:${port}`}`, host, secure: scheme === 'https', path };
  }
  if (base === null || !/^\/(?!\/)[^\s\\]*$/.test(trimmed)) return null;
  const path = canonicalPath(trimmed.replace(/[?#].*$/, ''));
  return path === null ? null : { ...base, path };
}

export const urlOf = ({ origin, path }: DavAddress): string => `${origin}${path}`;
