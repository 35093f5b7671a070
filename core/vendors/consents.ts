import type { Change } from '../domain/record/changes.ts';
import type { ToldConsent } from '../domain/record/consent.ts';
import { textMark } from './ids.ts';

/** Somebody has said, by their number, whether they may be written to there: told to whoever has it; who is not known is kept by the number alone. */
export const numberConsent = (number: string, consent: ToldConsent): Change => ({
  kind: 'contact',
  remote: { type: 'number', id: textMark(number), version: consent.at },
  wedding: { phone: number },
  occurredAt: consent.at,
  fields: { name: number, phone: number },
  consent,
});
