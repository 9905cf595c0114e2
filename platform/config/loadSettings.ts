import { z } from 'zod';
import { nearest } from './misspelling.ts';
import { isSecret } from './secrets.ts';
import { StartupError } from './startupError.ts';

export interface SettingSources {
  /** `--port-base 5000` as `PORT_BASE`. Beats everything else. */
  readonly flags?: Readonly<Record<string, string>>;
  /** With what a settings file says; see `withSettingsFile`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * What holds when nobody says anything, and the schema's own default does not know: such as an address that follows
   * from another.
   */
  readonly defaults?: Readonly<Record<string, string | undefined>>;
  /** This schema is not all: of the flags, only what looks like a misspelt key of it is refused. */
  readonly moreToCome?: boolean;
}

/**
 * Reads settings from flags, environment and defaults, in this order of precedence, and checks them. The flags hold
 * nothing unknown, and no secret, which everybody on the machine could read. The environment is shared with the whole
 * machine: there only what looks like a misspelt key is refused.
 * @throws StartupError with one line about the first thing that is wrong.
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
        `${flagOf(key)} is a secret, which everybody could read there: set ${key}, or ${key}_FILE, in the environment or .env.`,
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

/** One schema of several; a key that several declare is checked by each in its own schema afterwards. */
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
    // Set right beside it: then the other is somebody else's.
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

/** What would be right, for whoever writes `.env`. A schema that says it in words of its own is heard first. */
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

/** What is wrong is shown to people and kept in logs: the password within an address is not. */
const withoutPassword = (value: string): string => value.replace(/(:\/\/[^\s:@/]*):[^\s@]*@/, '$1:…@');
