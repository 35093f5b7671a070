import { useCallback, useEffect, useState } from 'react';
import { after } from '../components/timers.ts';

const TYPED_MS = 300;

/** What is typed to find a resource: it narrows at once, and goes into the address when the typing rests. `found`: as the address has it. */
export function useFind(found: string | undefined, onRest: (find: string | undefined) => void): readonly [string, (typed: string) => void] {
  const [typed, setTyped] = useState(found ?? '');
  const [was, setWas] = useState(found);
  /** What was put into the address from here: when that comes back, what was typed since stays. */
  const [own, setOwn] = useState(found);
  if (was !== found) {
    setWas(found);
    setOwn(found);
    if (found !== own) setTyped(found ?? '');
  }
  const words = typed.trim();
  const find = words === '' ? undefined : words;
  const put = useCallback(() => {
    setOwn(find);
    onRest(find);
  }, [find, onRest]);
  useEffect(() => (find === found ? undefined : after(TYPED_MS, put)), [find, found, put]);
  return [typed, setTyped];
}
