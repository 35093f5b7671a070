import type { z } from 'zod';
import type { Question } from '../../../core/contract/calls/question.ts';
import { codedError, type CodedError, type Refused } from '../../../core/contract/errors.ts';
import { ErrorBody } from '../../../core/contract/http.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import { retryAfterMs } from '../../../core/contract/retryAfter.ts';

const TIMEOUT_MS = 10_000;

/** One exchange with the server that served this page. The session cookie goes along by itself; answers are parsed before use. */
export async function exchange<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, schema: z.ZodType<T>, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<Result<T, Refused>> {
  const refuse = (error: CodedError, retryAfterSeconds: number | null = null) => err({ ...error, retryAfterSeconds });
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    return refuse(codedError('server.unreachable', String(error), true));
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A proxy in between answers with pages of its own; nobody behind it heard us.
    return refuse(codedError('server.unreachable', `answer ${response.status} is not JSON`, true));
  }
  if (!response.ok) {
    const refused = ErrorBody.safeParse(json);
    const wait = retryAfterMs(response.headers.get('retry-after'), Date.now());
    return refuse(refused.success ? refused.data.error : codedError('internal', `answer ${response.status} without a code`, response.status >= 500), wait === null ? null : Math.ceil(wait / 1000));
  }
  const answer = schema.safeParse(json);
  return answer.success ? ok(answer.data) : refuse(codedError('internal', `unreadable answer of ${path}: ${answer.error.message.slice(0, 300)}`));
}

/** The same for calls that both homes of the console share. */
export const asked = <T>({ method, path, answer, body, timeoutMs }: Question<T>): Promise<Result<T, Refused>> => exchange(method, path, answer, body, timeoutMs);
