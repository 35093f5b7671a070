/** Types of cruise.mjs for the architecture tests. */
export const MINIMUM_MODULES: number;
export const FOLDERS: readonly string[];
export function checkImports(baseDir: string, places: readonly string[]): Promise<{
  readonly modules: number;
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[];
}>;
