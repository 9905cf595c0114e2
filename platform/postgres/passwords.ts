import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The generated passwords of a cluster's roles, in one file that only its owner may read. */
export class Passwords {
  readonly #path: string;
  readonly #byRole: Record<string, string>;

  constructor(path: string) {
    this.#path = path;
    this.#byRole = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
  }

  /** The role's password; it is made and stored when it is first asked for. */
  of(role: string): string {
    const known = this.#byRole[role];
    if (known) return known;
    const made = randomBytes(24).toString('base64url');
    this.#byRole[role] = made;
    const draft = `${this.#path}.new`;
    writeFileSync(draft, JSON.stringify(this.#byRole), { mode: 0o600 });
    renameSync(draft, this.#path);
    return made;
  }
}
