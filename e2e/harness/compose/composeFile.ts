import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { StartupError } from '#platform/config/startupError.ts';

export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

/** The parts of a service in the file that this runner takes into account. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
  readonly healthcheck?: {
    readonly test: readonly string[];
    readonly interval?: string;
    readonly timeout?: string;
    readonly start_period?: string;
    readonly retries?: number;
  };
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

export type ComposeServices = Readonly<Record<string, ComposeService>>;
type Variables = Readonly<Record<string, string | undefined>>;

const reference = /\$(?:\$|(?<plain>[A-Za-z_]\w*)|\{(?<name>[A-Za-z_]\w*)(?:(?<operator>:?[-?])(?<rest>[^}]*))?\})/g;

/**
 * Fills in the variables of a text, as compose does: `${A}`, `${A:-default}`, `${A-default}`, `${A:?error}`,
 * `${A?error}`, `$$`. @throws StartupError
 */
export function interpolate(text: string, variables: Variables): string {
  return text.replace(reference, (whole: string, ...found: unknown[]) => {
    const {
      plain,
      name = plain,
      operator,
      rest = '',
    } = found.at(-1) as Record<'plain' | 'name' | 'operator' | 'rest', string | undefined>;
    if (name === undefined) return '$';
    const value = variables[name];
    const missing = value === undefined || (operator?.startsWith(':') === true && value === '');
    if (!missing) return value;
    if (operator?.endsWith('?')) throw new StartupError(`${name} is missing: ${rest || whole}`);
    return operator ? rest : '';
  });
}

function filledIn(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((each) => filledIn(each, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filledIn(each, variables)]));
}

/** The variables as compose sees them: the environment, and before it fails a line of `.env` beside the file. */
export function composeVariables(environment: Variables, envFile: string): Variables {
  const lines = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};
  return { ...lines, ...environment };
}

/**
 * The services of the text of a compose file that run under these profiles: those that name none of their own, and
 * those that name one of them.
 */
export function composeServices(text: string, variables: Variables, profiles: readonly string[]): ComposeServices {
  const { services } = parse(text) as { services: Record<string, ComposeService> };
  const chosen = Object.entries(services).filter(
    ([, { profiles: own }]) => !own?.length || own.some((each) => profiles.includes(each)),
  );
  return filledIn(Object.fromEntries(chosen), variables) as ComposeServices;
}

/** Whether the service runs the image that this repository's Dockerfile makes. */
export const isOurs = ({ image }: ComposeService): boolean => image === 'drburger-supergraph';

/** The services of a compose file, in any profile, that run other images than this repository's. */
export function imagesOfOthers(text: string): string[] {
  const { services } = parse(text) as { services: Record<string, ComposeService> };
  return Object.entries(services).flatMap(([name, service]) => (isOurs(service) ? [] : [name]));
}

/** These services and all that they depend on. @throws StartupError for an unknown name */
export function withDependencies(services: ComposeServices, names: readonly string[]): ComposeServices {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const service = services[name];
    if (!service)
      throw new StartupError(`no service ${name}: docker-compose.yml has ${Object.keys(services).join(', ')}.`);
    if (wanted.has(name)) return;
    wanted.add(name);
    Object.keys(service.depends_on ?? {}).forEach(want);
  };
  names.forEach(want);
  return Object.fromEntries(Object.entries(services).filter(([name]) => wanted.has(name)));
}

/** Converts `40s`, `500ms` or `1m` to milliseconds. */
export function milliseconds(duration: string): number {
  const [, amount = '0', unit = 's'] = /^(\d+)(ms|s|m)$/.exec(duration) ?? [];
  return Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
}
