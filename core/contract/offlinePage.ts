/** What the console's page and the worker that keeps its files for the time without a server agree on. */

/** The worker's file beside the page, not among the hashed assets: a browser asks for it by this one name, build after build. */
export const SERVICE_WORKER_FILE = 'serviceWorker.js';

/** What a page says to a new build's worker that waits: take over, if no page of an earlier build is open. */
export const TAKE_OVER = 'take_over';

/** Every open page holds a shared lock with this prefix and the name of its own script, so that a worker knows which builds are open. */
export const OPEN_BUILD = 'wedsync-build ';

/** One file of a build; addresses are relative to the page. */
export interface KeptFile {
  readonly url: string;
  /** Null where the name itself changes with the content. */
  readonly revision: string | null;
  /** As in Subresource Integrity: a file of another build is refused, so that two builds are never kept as one. */
  readonly integrity: string;
}

/** Where the server has the pages that need no script; a link in `renderer/index.html` leads there as well. */
export const CLASSIC_PAGE = '/classic';
