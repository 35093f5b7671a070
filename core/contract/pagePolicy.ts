/**
 * What the console's page may load, from nothing upward: the Content-Security-Policy of both its homes. The page writes
 * no style and no script at run time, so neither a nonce nor `unsafe-inline` is needed. `connect-src 'self'` is the
 * server in a browser; in the desktop it is the app's own scheme, where nothing but files answers.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'none'",
  "worker-src 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
