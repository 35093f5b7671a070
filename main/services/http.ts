import type { Question } from '../../core/contract/calls/question.ts';
import { codedError, type CodedError, type Refused } from '../../core/contract/errors.ts';
import { ErrorBody } from '../../core/contract/http.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { retryAfterMs } from '../../core/contract/retryAfter.ts';

/** The part of `fetch` that is used; given from outside, so that tests bring their own network. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A question with where it goes. */
export interface Ask<T> extends Question<T> {
  /** Origin of the server. */
  readonly server: string;
  readonly token?: string;
}

const unreachable = (message: string): CodedError => codedError('server.unreachable', message, true);

/** Largest answer taken, in bytes: a server that sends without end must not eat this machine's memory. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

class AnswerTooLarge extends Error {}

async function textOf(response: Response): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > ANSWER_LIMIT) {
      await reader.cancel();
      throw new AnswerTooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * One exchange with the companion server. Redirects are refused: the bearer must not follow one to another host.
 *
 * Errors: the server's own code when it sent one; `server.unreachable` (retryable) when no answer was had, or a proxy
 * answered in its place; `internal` when the answer cannot be read. Each with the wait that the answer asked for.
 */
export async function ask<T>(fetch: Fetch, options: Ask<T>): Promise<Result<T, Refused>> {
  const { method, server, path, token, body, answer, timeoutMs } = options;
  let status: number;
  let text: string;
  let wait: number | null;
  try {
    const response = await fetch(server + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    status = response.status;
    wait = retryAfterMs(response.headers.get('retry-after'), Date.now());
    text = await textOf(response);
  } catch (error) {
    if (error instanceof AnswerTooLarge) return err(codedError('internal', `the server's answer to ${method} ${path} is too large`));
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return err(unreachable(timedOut ? `no answer within ${timeoutMs} ms` : 'no connection to the server'));
  }
  const refuse = (error: CodedError) => err(wait === null ? error : { ...error, retryAfterSeconds: Math.ceil(wait / 1000) });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse(status >= 500 ? unreachable(`status ${status} without a readable body`) : codedError('internal', `status ${status} without a readable body`));
  }
  if (status >= 200 && status < 300) {
    const parsed = answer.safeParse(json);
    return parsed.success ? ok(parsed.data) : err(codedError('internal', `the server's answer to ${method} ${path} has an unknown shape`));
  }
  const refused = ErrorBody.safeParse(json);
  if (refused.success) return refuse(refused.data.error);
  return refuse(status >= 500 ? unreachable(`status ${status}`) : codedError('internal', `status ${status} without a code`));
}
