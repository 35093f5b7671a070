/**
 * What the console's page may load, from nothing upward: the Content-Security-Policy of both its homes. The page writes
 * no style and no script at run time, so neither a nonce nor `unsafe-inline` is needed. `connect-src 'self'` is the
 * server in a browser; in the desktop it is the app's own scheme, where nothing but files answers.
 */
const pagePolicy = (workers: "'none'" | "'self'"): string => [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'none'",
  `worker-src ${workers}`,
  "object-src 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** In the desktop, whose files are always there: no worker of any kind. */
export const PAGE_POLICY = pagePolicy("'none'");

/** As served to a browser: besides, the worker that keeps the page's files for the time without a server. */
export const SERVED_PAGE_POLICY = pagePolicy("'self'");

/** Of that worker itself: it fetches the console's own files and loads no other script. */
export const SERVICE_WORKER_POLICY = "default-src 'none'; connect-src 'self'";
