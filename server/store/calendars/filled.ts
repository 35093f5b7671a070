/** How far a calendar was gone through (`calendar_states.filled_to`): whoever fills it goes on from there. Null = from the beginning. */
export interface FilledTo {
  readonly step: number;
  /** The last row that was gone through; null = the step begins. */
  readonly after: string | null;
  readonly whole: boolean;
  /** Nothing was chosen otherwise: only what is to stand otherwise than it stands is written. */
  readonly anew?: true;
  /** Of the calendar when it was chosen: who has taken it since knows what was chosen. Left out = chosen before that was kept. */
  readonly fence?: number;
}

export const FROM_THE_BEGINNING: FilledTo = { step: 0, after: null, whole: false };
/** Gone through again although nobody has chosen anything. */
export const ANEW: FilledTo = { ...FROM_THE_BEGINNING, anew: true };
