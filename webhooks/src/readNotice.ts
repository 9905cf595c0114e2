import { z } from 'zod';
import { NotUnderstood, type Notice, type Source } from './source.ts';

/**
 * Reads a body by the version that it says it has.
 * @throws NotUnderstood, with a message that holds nothing of the body
 */
export function readNotice(source: Source, body: string): Notice {
  const parsed = parse(body);
  const version = source.versionOf(parsed);
  const known = typeof version === 'string' && Object.hasOwn(source.versions, version);
  if (!known) throw new NotUnderstood(`its version is none of ${Object.keys(source.versions).join(', ')}`);
  try {
    return source.versions[version]!.read(parsed);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    // The paths of a closed schema are names of ours; messages and keys of zod may repeat what was sent.
    const where = error.issues.map(({ path, code }) => `${path.map(String).join('.') || 'body'}: ${code}`);
    throw new NotUnderstood(`it is not as version ${version} has to be: ${where.slice(0, 5).join('; ')}`);
  }
}

function parse(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body, (_, each: unknown) => {
      if (typeof each === 'string' && each.includes('\0')) throw new NotUnderstood('a text in it has a zero byte');
      return each;
    });
  } catch (error) {
    // PostgreSQL stores no zero byte: the owner would fail for as long as the notice is given to it.
    throw error instanceof NotUnderstood ? error : new NotUnderstood('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NotUnderstood('it is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}
