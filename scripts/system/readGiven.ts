import { readFileSync } from 'node:fs';
import { StartupError } from '#platform/config/startupError.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

/** The text of a file that somebody named on the command line. @throws StartupError that says why there is none */
export function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new StartupError(`${path} cannot be read: ${reasons[code] ?? message}.`);
  }
}
