import { z } from 'zod';
import { nearest } from './misspelling.ts';
import { isSecret } from './secrets.ts';
import { StartupError } from './startupError.ts';

export interface SettingSources {
  /** Flags of the command line by setting: `--port-base 5000` stands here as `PORT_BASE`. They override all else. */
  readonly flags?: Readonly<Record<string, string>>;
  /** The environment, with the settings file merged in; see `withSettingsFile`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Defaults that only the caller can compute, such as an address that follows from another setting. */
  readonly defaults?: Readonly<Record<string, string | undefined>>;
  /**
   * True if the schema is not the whole one and the flags will be read again with a larger one. An unknown flag is then
   * refused only if it looks like a misspelt key of this schema.
   */
  readonly moreToCome?: boolean;
}

/**
 * Reads settings from flags, environment and defaults, in this order of precedence, and checks them. Unknown flags are
 * refused, and so are secrets as flags, since everybody on the machine can read a process's command line. The
 * environment is shared with other programs, so there only names that look like a misspelt setting are refused.
 * @throws StartupError with one line about the first thing that is wrong
 */
export function loadSettings<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  sources: SettingSources,
): z.output<z.ZodObject<Shape>> {
  const known = new Set(Object.keys(schema.shape));
  const isForLater = (key: string): boolean => sources.moreToCome === true && nearest(key, known) === undefined;
  for (const key of Object.keys(sources.flags ?? {})) {
    if (isSecret(key) && known.has(key))
      throw new StartupError(
        `${flagOf(key)} is a secret, and everybody on this machine can read flags: set ${key}, or ${key}_FILE, in the environment or .env.`,
      );
    if (!isForLater(key)) refuseUnknown(key, known, `The flag ${flagOf(key)} is unknown`, flagOf);
  }
  refuseMisspelt(Object.keys(sources.environment), known);
  const raw: Record<string, string> = {};
  for (const source of [sources.defaults ?? {}, sources.environment, sources.flags ?? {}]) {
    for (const key of known) if (source[key] !== undefined && source[key] !== '') raw[key] = source[key];
  }
  const checked = schema.safeParse(raw, { error: complaint });
  if (checked.success) return checked.data;
  throw new StartupError(explain(checked.error, raw));
}

/**
 * Merges several schemas into one, to tell known keys from unknown ones. Where several declare a key, the first
 * schema's declaration is used here; each subgraph checks the value again by its own schema.
 */
export function mergeSettings<Shape extends z.ZodRawShape>(
  first: z.ZodObject<Shape>,
  others: readonly (z.ZodObject | undefined)[],
): z.ZodObject<Shape> {
  const shape: z.ZodRawShape = Object.assign(
    {},
    first.shape,
    ...others.map((other) => other?.shape ?? {}),
    first.shape,
  ) as z.ZodRawShape;
  return z.object(shape) as unknown as z.ZodObject<Shape>;
}

/** `PORT_BASE` → `--port-base`. */
export const flagOf = (key: string): string => `--${key.toLowerCase().replaceAll('_', '-')}`;

/**
 * Refuses a key that is not known.
 * @param complaint how the message begins; what to do about it is added
 * @param form how a key is written in the message, such as a flag
 * @throws StartupError that suggests the key that was probably meant
 */
export function refuseUnknown(
  key: string,
  known: ReadonlySet<string>,
  complaint: string,
  form: (key: string) => string = (name) => name,
): void {
  if (known.has(key)) return;
  const meant = nearest(key, known);
  throw new StartupError(
    `${complaint}${meant ? `: did you mean ${form(meant)}?` : ': remove it; "start --help" lists all settings.'}`,
  );
}

function refuseMisspelt(keys: readonly string[], known: ReadonlySet<string>): void {
  for (const key of keys) {
    if (known.has(key)) continue;
    const meant = nearest(key, known);
    // If the setting itself is set too, the similar name is taken for a variable of another program.
    if (meant && !keys.includes(meant))
      throw new StartupError(`${key} in the environment looks like ${meant} misspelt: rename or unset it.`);
  }
}

function explain(error: z.ZodError, raw: Readonly<Record<string, string>>): string {
  const issue = error.issues[0];
  const key = String(issue?.path[0] ?? '');
  if (!(key in raw)) return `${key} is missing: set it in the environment or in .env.`;
  return `${key}${isSecret(key) ? '' : `=${withoutPassword(raw[key] ?? '')}`} is wrong: ${issue?.message ?? 'not allowed'}.`;
}

/** Says what a right value would be. A schema's own message, if it has one, is used instead. */
function complaint(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string'
        ? `it must have at least ${issue.minimum} characters`
        : `it must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `it may have at most ${issue.maximum} characters`
        : `it must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_value':
      return `it must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return issue.expected === 'int' ? 'it must be a whole number' : `it must be a ${issue.expected}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'it must be an address such as https://host.example.com/path' : undefined;
    default:
      return undefined;
  }
}

/** Hides the password within a URL, since messages about a wrong value are shown to people and kept in logs. */
const withoutPassword = (value: string): string => value.replace(/(:\/\/[^\s:@/]*):[^\s@]*@/, '$1:…@');
