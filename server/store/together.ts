/** SQLSTATE `in_failed_sql_transaction`: another statement of the transaction has failed. */
const FAILED_BEFORE = '25P02';
const isEcho = (error: unknown): boolean => error !== null && typeof error === 'object' && 'code' in error && error.code === FAILED_BEFORE;

/**
 * Statements of one transaction that do not wait for each other's answers: all are on their way to the database at once, in
 * this order, instead of one after another. Settles only when every one has ended, so that none is sent after the transaction;
 * rejects with the first error that is not just the echo of another.
 */
export async function together<const T extends readonly Promise<unknown>[]>(statements: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const ended = await Promise.allSettled(statements);
  const failed = ended.filter((one) => one.status === 'rejected');
  const [first] = [...failed.filter(({ reason }) => !isEcho(reason)), ...failed];
  if (first) throw first.reason;
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])) as { -readonly [K in keyof T]: Awaited<T[K]> };
}
