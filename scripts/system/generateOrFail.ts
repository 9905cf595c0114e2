import { StartupError } from '#platform/config/startupError.ts';
import { generateAll } from '../generate/generateAll.ts';

/**
 * Generates everything that is not up to date.
 * @throws StartupError that names everything that cannot be generated, and why
 */
export async function generateOrFail(log: (line: string) => void): Promise<void> {
  const { failures } = await generateAll(log);
  if (failures.length > 0)
    throw new StartupError(failures.map(({ name, message }) => `cannot generate ${name}: ${message}`).join('\n'));
}
