import { z } from 'zod';

/** How entries of ours are told in one calendar, in its own words (CAL-21), and which of them stand there (CAL-10). */

/** What a template may name, between braces: `{call time}`. */
export const PLACEHOLDERS = ['what', 'wedding', 'kind', 'status', 'vendor', 'trade', 'room', 'call time', 'contact'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

const isPlaceholder = (name: string): name is Placeholder => PLACEHOLDERS.some((one) => one === name);
/** Spaces and capitals make no difference. */
export const NAMED = /\{([^{}]*)\}/g;
export const placeholderOf = (name: string): Placeholder | null => {
  const plain = name.trim().replace(/\s+/g, ' ').toLowerCase();
  return isPlaceholder(plain) ? plain : null;
};

/** The first name between braces that is none; null = there is none such. */
export function unknownPlaceholder(template: string): string | null {
  for (const [, name = ''] of template.matchAll(NAMED)) if (placeholderOf(name) === null) return name.trim();
  return null;
}

/** Which of what its owner takes stands in a calendar. `holds`: what is only held, of whatever kind. */
export const WRITTEN_KINDS = ['weddings', 'bookings', 'allocations', 'holds'] as const;
export type WrittenKind = (typeof WRITTEN_KINDS)[number];

export const Template = z.string().max(2_000);
/** A category over there; '' = none, and one of ours is taken out. */
export const CategoryWord = z.string().trim().max(60);
