import ignore, { type Ignore } from 'ignore';

/** Who answers for a file, by the rules of a `CODEOWNERS` file: the last pattern that matches decides. */
export class Owners {
  readonly #rules: readonly { readonly pattern: Ignore; readonly owners: readonly string[] }[];

  constructor(text: string) {
    this.#rules = text
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter((line) => line !== '')
      .map((line) => {
        const [pattern = '', ...owners] = line.split(/\s+/);
        return { pattern: ignore().add(pattern), owners };
      })
      .reverse();
  }

  of(file: string | undefined): readonly string[] {
    if (file === undefined) return [];
    return this.#rules.find(({ pattern }) => pattern.ignores(file))?.owners ?? [];
  }
}
