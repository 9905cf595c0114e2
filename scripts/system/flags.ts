import { nearest } from '#platform/config/misspelling.ts';
import { StartupError } from '#platform/config/startupError.ts';

/** What a command line has given. `Setting` names the flags with a value, where the command names all of its flags. */
export interface ParsedFlags<Setting extends string = string> {
  /** The given flags that take no value, such as `fresh`. */
  readonly switches: ReadonlySet<string>;
  /**
   * Flags with a value: `--port-base 5000` or `--port-base=5000` is `PORT_BASE: '5000'`. The values are not checked.
   */
  readonly settings: Readonly<string extends Setting ? Record<string, string> : Partial<Record<Setting, string>>>;
  /** The arguments that do not begin with `--`. */
  readonly words: readonly string[];
}

/**
 * Reads a command line.
 * @throws StartupError when a flag lacks its value
 */
export function parseFlags(args: readonly string[], switches: readonly string[]): ParsedFlags {
  const given = new Set<string>();
  const settings: Record<string, string> = {};
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (arg === '--') continue;
    if (!name) words.push(arg);
    else if (switches.includes(name)) given.add(name);
    else settings[name.toUpperCase().replaceAll('-', '_')] = inline ?? valueAfter(args, i++, name, switches);
  }
  return { switches: given, settings, words };
}

function valueAfter(args: readonly string[], i: number, name: string, switches: readonly string[]): string {
  const value = args[i + 1];
  if (value !== undefined && !value.startsWith('--')) return value;
  const meant = nearest(name, switches);
  throw new StartupError(
    meant
      ? `The flag --${name} is unknown: did you mean --${meant}?`
      : `The flag --${name} needs a value, or is unknown: --help lists all.`,
  );
}
