const LETTERS = 'the quick brown fox '.repeat(5_000);

/**
 * Milliseconds that a plain walk over 100 million letters takes here and now, at the least of three. What must not take long is held against
 * it, so that a slow or a busy machine gives both more time.
 */
export function plainWork(): number {
  const walk = (): number => {
    const begun = performance.now();
    let sum = 0;
    for (let round = 0; round < 1_000; round += 1) {
      for (let at = 0; at < LETTERS.length; at += 1) sum = (sum + LETTERS.charCodeAt(at)) | 0;
    }
    if (sum === 0) throw new Error('Nothing was walked over');
    return performance.now() - begun;
  };
  return Math.min(walk(), walk(), walk());
}
