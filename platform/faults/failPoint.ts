let armed: string | undefined;

/**
 * Marks a place where a test may kill the process. If a fail point of this name is armed, the process dies by SIGKILL
 * here, so that nothing is cleaned up, flushed or logged. Otherwise this does nothing and costs one comparison.
 */
export function failPoint(name: string): void {
  if (armed !== undefined && armed === name) process.kill(process.pid, 'SIGKILL');
}

/**
 * Arms the fail point of this name: the process dies when it comes there. Only processes of tests call this; no setting
 * and no environment variable can arm a fail point in production.
 */
export const armFailPoint = (name: string | undefined): void => void (armed = name);
