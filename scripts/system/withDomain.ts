import type { Domain } from '#platform/domain/domain.ts';
import type { ParsedFlags } from './flags.ts';
import { generateOrFail } from './generateOrFail.ts';
import { readEnvironment } from './readEnvironment.ts';
import type { Teardown } from './teardown.ts';

interface Parts {
  readonly domain: Domain;
  readonly print: (line: string) => void;
}

/**
 * Does something in the database of one domain, and ends the process with 1 if it returns false. Whatever needs
 * generated code is imported by `work`: a fresh clone does not have it before.
 */
export async function withDomain(
  name: string,
  { flags, teardown }: { readonly flags: ParsedFlags['settings']; readonly teardown: Teardown },
  work: (parts: Parts) => Promise<boolean>,
): Promise<void> {
  await generateOrFail(console.log);
  const { openDomains } = await import('./transfer/openDomains.ts');
  const options = { environment: await readEnvironment(), flags, print: (line: string) => console.error(line) };
  const [opened] = await openDomains(options, teardown, ({ entry }) => entry.name === name);
  const isRight = await work({ domain: opened!.domain, print: (line: string) => console.log(line) });
  await teardown.run();
  process.exitCode = isRight ? 0 : 1;
}
