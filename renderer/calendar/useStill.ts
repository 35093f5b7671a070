import { useState } from 'react';

/** What stood there when the hand closed, until it opens: nothing moves under it. */
export function useStill<T extends string | number | boolean | null>(value: T, isHeld: boolean): T {
  const [kept, keep] = useState(value);
  if (!isHeld && kept !== value) keep(value);
  return isHeld ? kept : value;
}
