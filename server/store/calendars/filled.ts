/** How far a calendar was gone through (`calendar_states.filled_to`): whoever fills it goes on from there. Null = from the beginning. */
export interface FilledTo {
  readonly step: number;
  /** The last row that was gone through; null = the step begins. */
  readonly after: string | null;
  readonly whole: boolean;
  /** Nothing was chosen otherwise: only what is to stand otherwise than it stands is written. */
  readonly anew?: true;
  /** Nothing was ever wanted there when it was chosen: whatever is wanted by now is wanted as it was chosen. */
  readonly first?: true;
  /** Gone through anew: the weddings of which something came to stand there besides their items, or went, so far. */
  readonly covering?: readonly string[];
}

export const FROM_THE_BEGINNING: FilledTo = { step: 0, after: null, whole: false };
/** Gone through again although nobody has chosen anything. */
export const ANEW: FilledTo = { ...FROM_THE_BEGINNING, anew: true };
/** Of a calendar in which nothing was ever wanted. */
export const FIRST: FilledTo = { ...FROM_THE_BEGINNING, first: true };
