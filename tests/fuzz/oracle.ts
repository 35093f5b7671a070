import { z } from 'zod';
import { ErrorBody, Problem } from '../../core/contract/http.ts';
import type { Answer, Shot } from './ask.ts';

/** Answers that a bad request may have. 500 is never one; 503 only while the store is away, which it is not here. */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 416, 417, 421, 422, 429, 431]);
const INTERNALS = /node_modules|\bat \S+ \(|\.ts:\d|\.js:\d|\bselect .+ from\b|\binsert into\b|relation "|syntax error|violates|\/home\/|\/root\/|\/tmp\/|zod|fastify|pglite|postgres|kysely|better-auth|ECONN|ENOENT|TypeError|undefined|\[object/i;
const Strict = z.strictObject({ ...Problem.shape, error: z.strictObject({ code: ErrorBody.shape.error.shape.code, message: z.string().min(3).max(300), retryable: z.boolean(), field: z.string().max(100).optional() }) });

const sent = (shot: Shot): string => `${shot.method} ${shot.path} ${shot.body?.toString('utf8') ?? ''} ${Object.values(shot.headers).join(' ')}`;

/** What is wrong with an answer; null = nothing. */
export function wrongWith(shot: Shot, answer: Answer, success: z.ZodType | null): string | null {
  const { status, body } = answer;
  const type = String(answer.headers['content-type'] ?? '');
  if (status >= 200 && status < 300) {
    if (success === null || shot.method === 'HEAD' || shot.method === 'OPTIONS') return null;
    if (!type.startsWith('application/json')) return body === '' ? null : `success of type ${type}`;
    const parsed = success.safeParse(JSON.parse(body));
    return parsed.success ? null : `success that is not in the contract: ${parsed.error.message.slice(0, 300)}`;
  }
  if (!REFUSED.has(status)) return `status ${status}: ${body.slice(0, 300)}`;
  if (shot.method === 'HEAD') return body === '' ? null : 'a body for HEAD';
  if (!type.startsWith('application/problem+json')) return `a refusal of type ${type || 'none'} (${status})`;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return `a refusal that is not JSON: ${body.slice(0, 100)}`;
  }
  const parsed = Strict.safeParse(json);
  if (!parsed.success) return `a refusal of another shape: ${body.slice(0, 200)}`;
  const { message } = parsed.data.error;
  if (INTERNALS.test(message)) return `internals in "${message}"`;
  const given = sent(shot);
  for (let at = 0; at + 80 <= message.length; at += 1) if (given.includes(message.slice(at, at + 80))) return `input echoed: ${message.slice(at, at + 80)}`;
  return null;
}

const CLEAN = Object.getOwnPropertyNames(Object.prototype).sort().join();

/** True while nothing was written into what all objects share. */
export function prototypeIsClean(): boolean {
  return Object.getOwnPropertyNames(Object.prototype).sort().join() === CLEAN && !('polluted' in {});
}
