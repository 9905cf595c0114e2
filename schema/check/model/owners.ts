import ignore, { type Ignore } from 'ignore';

interface Rule {
  readonly pattern: Ignore;
  /** `docs/*` is about the files right in the folder, other than in a `.gitignore`. */
  readonly isShallow: boolean;
  readonly owners: readonly string[];
}

function fits({ pattern, isShallow }: Rule, file: string): boolean {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return pattern.ignores(file) && !(isShallow && folder !== '' && pattern.ignores(folder));
}

/** Who answers for a file, by the rules of a `CODEOWNERS` file: the last pattern that matches decides. */
export class Owners {
  readonly #rules: readonly Rule[];

  constructor(text: string) {
    this.#rules = text
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter((line) => line !== '')
      .map((line) => {
        const [pattern = '', ...owners] = line.split(/\s+/);
        return { pattern: ignore().add(pattern), isShallow: pattern.endsWith('/*'), owners };
      })
      .reverse();
  }

  of(file: string | undefined): readonly string[] {
    if (file === undefined) return [];
    return this.#rules.find((rule) => fits(rule, file))?.owners ?? [];
  }
}
