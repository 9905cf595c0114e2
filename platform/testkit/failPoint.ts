let armed = process.env['FAIL_POINT'];

/**
 * A place where a test may kill the process: when the environment's FAIL_POINT is this name, the process dies by SIGKILL, so that nothing is
 * cleaned up, flushed or said. Otherwise it does nothing and costs a comparison.
 */
export function failPoint(name: string): void {
  if (armed !== undefined && armed === name) process.kill(process.pid, 'SIGKILL');
}

/** The same from now on, for a test process that is told when. */
export const armFailPoint = (name: string): void => void (armed = name);
