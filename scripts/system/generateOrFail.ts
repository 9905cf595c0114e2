import { StartupError } from '#platform/config/startupError.ts';

/**
 * Generates everything that is not up to date.
 * @throws StartupError that names everything that cannot be generated, and why
 */
export async function generateOrFail(log: (line: string) => void): Promise<void> {
  // Loaded only now: `--help` of the commands that generate waits for nothing.
  const { generateAll } = await import('../generate/generateAll.ts');
  const { failures } = await generateAll(log);
  if (failures.length > 0)
    throw new StartupError(failures.map(({ name, message }) => `cannot generate ${name}: ${message}`).join('\n'));
}
