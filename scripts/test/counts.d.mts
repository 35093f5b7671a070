export interface Counts { readonly passed: number; readonly failed: number; readonly skipped: number }
export function vitestCounts(report: unknown): Counts;
export function playwrightCounts(report: unknown): Counts;
