import type { z } from 'zod';
import type { CodedError } from '../../../core/contract/errors.ts';
import type { Result } from '../../../core/contract/result.ts';
import { DESK_CALENDARS, DESK_HTTP, DESK_WAIT_MS, DESK_WRITTEN, type DeskAnswered, type DeskMark, type DeskMarksAnswer, type DeskTrial, type DeskTurnsAnswer } from '../../../core/contract/desk.ts';
import type { Ask } from '../http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;
type AnswerBody = z.infer<typeof DESK_HTTP.deskAnswer.request.body>;

/** Turns of this desktop: calls that it makes for the server. */
export interface DeskApi {
  turns(run: string): Answer<DeskTurnsAnswer>;
  answer(turnId: string, body: AnswerBody): Answer<z.infer<typeof DeskAnswered>>;
  marks(): Answer<DeskMarksAnswer>;
  mark(mark: DeskMark): Answer<{ connectionId: string }>;
  /** Notes in the audit trail that a key was tried out here. */
  trial(trial: DeskTrial): Answer<{ noted: true }>;
}

/** Beyond what the server waits. */
const SLACK_MS = 15_000;
const ANSWER_MS = 30_000;
const NOTE_MS = 8_000;

export function deskApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): DeskApi {
  const { deskTurns, deskAnswer, deskMarks, deskMark, deskTrial } = DESK_HTTP;
  const turnsPath = `${deskTurns.path}?does=${DESK_CALENDARS},${DESK_WRITTEN}`;
  return {
    turns: (run) => authorised({ method: 'POST', path: turnsPath, body: { run, waitMs: DESK_WAIT_MS }, answer: deskTurns.success, timeoutMs: DESK_WAIT_MS + SLACK_MS }),
    answer: (turnId, body) => authorised({ method: 'POST', path: deskAnswer.path.replace(':id', encodeURIComponent(turnId)), body, answer: deskAnswer.success, timeoutMs: ANSWER_MS }),
    marks: () => authorised({ method: 'GET', path: deskMarks.path, answer: deskMarks.success, timeoutMs: NOTE_MS }),
    mark: (mark) => authorised({ method: 'POST', path: deskMark.path, body: mark, answer: deskMark.success, timeoutMs: NOTE_MS }),
    trial: (trial) => authorised({ method: 'POST', path: deskTrial.path, body: trial, answer: deskTrial.success, timeoutMs: NOTE_MS }),
  };
}
