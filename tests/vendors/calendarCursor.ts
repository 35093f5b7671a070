/** Where a look at one calendar stands, as a cursor of looks at several has it. `at`: the vendor's own place. */
export const cursorAt = (ref: string, at: Readonly<Record<string, string | number | null>>): string =>
  JSON.stringify({ first: ref, main: ref, todo: [], leftAt: 0, answered: false, unread: [], places: [{ ref, oursOnly: false, at }] });

/** The place of that calendar in a cursor. */
export const placeIn = (cursor: string, ref: string): unknown =>
  (JSON.parse(cursor) as { places: readonly { ref: string; at: unknown }[] }).places.find((one) => one.ref === ref)?.at;
