/** Types of fuses.mjs for the packaged test. */
export const FUSES: Readonly<Record<number, boolean>>;
