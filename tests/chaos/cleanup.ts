const left = new Set<() => void>();
let listening = false;

/**
 * Does `work` (synchronous) at the end of this process, however it comes, unless it was done before: what is returned does
 * it now. Mounts, namespaces and servers must not outlive a run that was interrupted.
 */
export function atEnd(work: () => void): () => void {
  if (!listening) {
    listening = true;
    process.on('exit', () => {
      for (const one of [...left].reverse()) one();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  }
  const once = (): void => {
    if (left.delete(once)) work();
  };
  left.add(once);
  return once;
}
