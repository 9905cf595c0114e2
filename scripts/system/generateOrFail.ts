import { StartupError } from '#platform/config/startupError.ts';

/**
 * Generates everything that is not up to date; with `plans`, also the plans of channels (see `generateAll`).
 * @throws StartupError that names everything that cannot be generated, and why
 */
export async function generateOrFail(
  log: (line: string) => void,
  options: { readonly plans?: boolean } = {},
): Promise<void> {
  // Loaded only now: `--help` of the commands that generate waits for nothing.
  const { generateAll } = await import('../generate/generateAll.ts');
  const { failures } = await generateAll(log, options);
  if (failures.length > 0)
    throw new StartupError(failures.map(({ name, message }) => `cannot generate ${name}: ${message}`).join('\n'));
}
