import type { z } from 'zod';
import type { CodedError } from '../../../core/contract/errors.ts';
import type { Result } from '../../../core/contract/result.ts';
import { DESK_HTTP, DESK_WAIT_MS, type DeskAnswered, type DeskTurnsAnswer } from '../../../core/contract/desk.ts';
import type { Ask } from '../http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;
type AnswerBody = z.infer<typeof DESK_HTTP.deskAnswer.request.body>;

/** Turns of this desktop: calls that it makes for the server. */
export interface DeskApi {
  turns(run: string): Answer<DeskTurnsAnswer>;
  answer(turnId: string, body: AnswerBody): Answer<z.infer<typeof DeskAnswered>>;
}

/** Beyond what the server waits. */
const SLACK_MS = 15_000;
const ANSWER_MS = 30_000;

export function deskApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): DeskApi {
  const { deskTurns, deskAnswer } = DESK_HTTP;
  return {
    turns: (run) => authorised({ method: 'POST', path: deskTurns.path, body: { run, waitMs: DESK_WAIT_MS }, answer: deskTurns.success, timeoutMs: DESK_WAIT_MS + SLACK_MS }),
    answer: (turnId, body) => authorised({ method: 'POST', path: deskAnswer.path.replace(':id', encodeURIComponent(turnId)), body, answer: deskAnswer.success, timeoutMs: ANSWER_MS }),
  };
}
