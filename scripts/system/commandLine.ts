import { flagOf } from '#platform/config/loadSettings.ts';
import { nearest } from '#platform/config/misspelling.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { z } from 'zod';
import { parseFlags, type ParsedFlags } from './flags.ts';

/** Describes a command for its help. The same description decides which words and flags it accepts. */
export interface Command<Flag extends string = string> {
  /** The command's name in package.json. */
  readonly name: string;
  /** What the command does, in one sentence or a few. */
  readonly does: string;
  /** The forms of a command that takes words, such as `kafka start`, each with what it does. */
  readonly forms?: Readonly<Record<string, string>>;
  /** The flags, each with what it is for. One that is written with `<…>` takes a value: `--minutes <n>`. */
  readonly flags?: Readonly<Record<Flag, string>>;
  /** The settings that it reads, from the environment, from .env, or as flags. */
  readonly settings?: z.ZodObject;
  readonly more?: string;
  readonly examples: readonly string[];
  /** Whether it takes words; by default it does if it has forms. */
  readonly words?: boolean;
}

type Underscored<Name extends string> = Name extends `${infer Head}-${infer Rest}`
  ? `${Head}_${Underscored<Rest>}`
  : Name;
/** The key of a flag that takes a value: `--own-prices <n>` is OWN_PRICES. One that takes none is a switch. */
type SettingOf<Flag extends string> = Flag extends `--${infer Name} <${string}` ? Uppercase<Underscored<Name>> : never;

/**
 * Reads the command line; call it before the command does anything else. With `--help` (or `-h`) it prints the help and
 * exits with 0.
 * @throws StartupError for a flag or a word that it does not know, or a flag without its value
 */
export function commandLine<Flag extends string>(
  command: Command<Flag> & { readonly settings?: undefined },
  args?: readonly string[],
): ParsedFlags<SettingOf<Flag>>;
export function commandLine(command: Command, args?: readonly string[]): ParsedFlags;
export function commandLine(command: Command, args: readonly string[] = process.argv.slice(2)): ParsedFlags {
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(helpOf(command));
    process.exit(0);
  }
  return read(command, args);
}

/** @throws StartupError for a flag or a word that the command does not know, or a flag without its value */
export function read(command: Command, args: readonly string[]): ParsedFlags {
  const own = Object.keys(command.flags ?? {});
  const nameOf = (flag: string): string => flag.split(' ')[0]!.slice(2);
  const keys = new Set([
    ...own.map((flag) => nameOf(flag).toUpperCase().replaceAll('-', '_')),
    ...Object.keys(command.settings?.shape ?? {}),
  ]);
  const odd = args.find((arg) => /^-[a-z]$/i.test(arg));
  if (odd) throw new StartupError(`${odd} is not understood: see --help.`);
  for (const arg of args) {
    const [, name] = /^--([^=]+)/.exec(arg) ?? [];
    const key = name?.toUpperCase().replaceAll('-', '_');
    if (key === undefined || keys.has(key)) continue;
    const meant = nearest(key, keys);
    throw new StartupError(
      `The flag --${name} is unknown${meant ? `: did you mean ${flagOf(meant)}?` : ': --help lists all.'}`,
    );
  }
  const parsed = parseFlags(args, own.filter((flag) => !flag.includes('<')).map(nameOf));
  const takesWords = command.words ?? command.forms !== undefined;
  if (!takesWords && parsed.words.length > 0)
    throw new StartupError(`"${parsed.words[0]}" is not understood: see --help.`);
  return parsed;
}

export function helpOf({ name, does, forms = {}, flags = {}, settings, more, examples }: Command): string {
  const all = { ...flags, '--help': 'shows this and does nothing else' };
  const width = Math.min(34, Math.max(...[...Object.keys(forms), ...Object.keys(all)].map(({ length }) => length)));
  const rows = (table: Readonly<Record<string, string>>): string =>
    Object.entries(table)
      .map(([key, text]) => `  ${key.padEnd(width)}  ${text}\n`)
      .join('');
  return [
    `${name}: ${does}\n`,
    ...(Object.keys(forms).length > 0 ? [rows(forms)] : []),
    rows(all),
    ...(more ? [`${more}\n`] : []),
    ...(settings
      ? [
          `Settings, as an environment variable, a line of .env, or a flag (PORT_BASE is --port-base):\n${settingRows(settings)}\n`,
        ]
      : []),
    `For example:\n${examples.map((each) => `  npx -y pnpm@10.34.9 ${each}\n`).join('')}`,
  ].join('\n');
}

/** One line for each setting: its name, what it is for, its default. */
const settingRows = ({ shape }: z.ZodObject): string =>
  Object.entries(shape)
    .map(([key, field]) => {
      const { description = '', def } = field as { description?: string; def?: { defaultValue?: unknown } };
      const fallback = def?.defaultValue;
      return `  ${key.padEnd(34)}  ${description}${fallback !== undefined && fallback !== '' ? ` (${String(fallback)})` : ''}`;
    })
    .join('\n');
