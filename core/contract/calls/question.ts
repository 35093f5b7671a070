import type { z } from 'zod';
import type { CodedError } from '../errors.ts';
import type { Result } from '../result.ts';

/** One question to the server, however it is asked: by the desktop's main process with its token, or by a page with its session. */
export interface Question<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
}

export type Answer<T> = Promise<Result<T, CodedError>>;

/** Settles with the server's own code where it sent one, and never rejects. */
export type AskServer = <T>(question: Question<T>) => Answer<T>;
