import { useCallback, useRef, useState } from 'react';
import type { CodedError, Refused } from '../../core/contract/errors.ts';
import type { Result } from '../../core/contract/result.ts';
import { spanText } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';

/** What went wrong, and when it may be tried again where the server said so. */
export function refusedWords(error: Refused): string {
  if ((error.code === 'auth.throttled' || error.code === 'request.too_many') && error.retryAfterSeconds) return t('signIn.throttled', { span: spanText(error.retryAfterSeconds * 1000) });
  return errorWords(error.code);
}

export interface Task {
  readonly busy: boolean;
  /** In words; null = nothing went wrong. */
  readonly failed: string | null;
  /** Asks, one at a time; `then` gets what came of it, and errors are kept as words. */
  run<T>(ask: () => Promise<Result<T, CodedError>>, then?: (value: T) => void): Promise<void>;
  fail(words: string | null): void;
}

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [failed, fail] = useState<string | null>(null);
  const running = useRef(false);
  const run = useCallback(async <T>(ask: () => Promise<Result<T, CodedError>>, then?: (value: T) => void): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    fail(null);
    const answer = await ask();
    running.current = false;
    setBusy(false);
    if (answer.ok) then?.(answer.value);
    else fail(refusedWords(answer.error));
  }, []);
  return { busy, failed, run, fail };
}
