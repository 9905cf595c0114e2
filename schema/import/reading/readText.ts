import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A table of more is no work of people, and would take many times its size in memory. */
const mostMegabytes = 256;

export type ReadText =
  { readonly text: string } | { readonly problem: { readonly at: string; readonly message: string } };

const refused = (message: string, at = ''): ReadText => ({ problem: { at, message } });

/**
 * Reads a file of text in UTF-8. What is no file, such as a device that a link leads to, is not read: it might never
 * end. Other encodings are refused, because all that is not ASCII would be lost.
 */
export function readText(path: string): ReadText {
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const unreadable = (error as NodeJS.ErrnoException).code === 'EACCES';
    return refused(unreadable ? 'it cannot be read: allow it' : 'this is no file: put a table in its place');
  }
  try {
    const about = fstatSync(descriptor);
    if (!about.isFile()) return refused('this is no file: put a table in its place');
    if (about.size > mostMegabytes * 1_000_000)
      return refused(`it has more than ${mostMegabytes} MB: split the import into folders`);
    return decoded(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function decoded(bytes: Buffer): ReadText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return refused('this is not UTF-8: save the file as "CSV UTF-8"', `line ${lineOfFirstWrong(bytes)}`);
  }
}

/** A line break is a byte of its own in UTF-8, so each line is right or wrong by itself. */
function lineOfFirstWrong(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let [line, from] = [1, 0]; ; line++) {
    const end = bytes.indexOf(0x0a, from);
    try {
      decoder.decode(bytes.subarray(from, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    from = end + 1;
  }
}
