/** Milliseconds on the machine's monotonic clock: the same scale in every process of this machine. */
export const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Milliseconds of processor time that a process has used so far, from the kernel. */
export function processorMs(stat: string): number {
  // The second field may hold spaces and parentheses; user and system time are the twelfth and thirteenth after it, in 10 ms ticks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
