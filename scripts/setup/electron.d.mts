export type Electron =
  | { readonly ok: true; readonly executable: string; readonly dist: string; readonly source: 'override' | 'installed' | 'fallback'; readonly version: string }
  | { readonly ok: false; readonly why: string };
export function findElectron(): Promise<Electron>;
/** Null when the checked fallback now lies at `target`, otherwise why it does not. */
export function fetchFallback(target: string): Promise<string | null>;
export function warnOfFallback(): void;
