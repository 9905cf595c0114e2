let armed: string | undefined;

/**
 * A place where a test may kill the process: when it was armed with this name the process dies by SIGKILL, so that
 * nothing is cleaned up, flushed or said. Otherwise it does nothing and costs a comparison.
 */
export function failPoint(name: string): void {
  if (armed !== undefined && armed === name) process.kill(process.pid, 'SIGKILL');
}

/**
 * The process dies at the fail point of this name from now on. Called by processes of tests alone: no setting and no
 * environment variable arms one by itself.
 */
export const armFailPoint = (name: string | undefined): void => void (armed = name);
