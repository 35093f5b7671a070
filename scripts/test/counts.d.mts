export interface Named { readonly name: string; readonly why: string }
export interface Counts { readonly passed: number; readonly failed: number; readonly skipped: number; readonly failures: readonly Named[]; readonly lucky: readonly Named[] }
export function vitestCounts(report: unknown): Counts;
export function playwrightCounts(report: unknown): Counts;
export function interrupted(report: unknown, said: string): string[];
