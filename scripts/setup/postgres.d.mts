/** Types of postgres.mjs for the tests. */
export type FoundPostgres =
  /** `account`: run it as this user; null = as ourselves. */
  | { readonly ok: true; readonly bin: string; readonly account: { readonly uid: number; readonly gid: number } | null }
  | { readonly ok: false; readonly why: string };
export function findPostgres(): FoundPostgres;
