import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../generated/.kept/', import.meta.url));

/** The name of an answer: a hash of everything that it depends on, the code that makes it included. */
export const keyOf = (parts: readonly string[]): string => {
  const hash = createHash('sha256');
  // The length tells `['a', 'b']` from `['ab']`.
  for (const part of parts) hash.update(`${part.length}\0`).update(part);
  return hash.digest('hex');
};

/**
 * Answers that take long to make, by what they were made of, in a folder that commands share. Nobody has to trust it:
 * what is missing or cannot be read is made again, and `generate --force` empties it.
 */
export class KeptFolder<Answer> {
  readonly #folder: string;
  readonly #most: number;

  /**
   * @param name of the folder below `generated/.kept`
   * @param most how many answers are kept; those that were used least recently go first
   */
  constructor(name: string, most: number, below = root) {
    this.#folder = join(below, name);
    this.#most = most;
  }

  read(key: string): Answer | undefined {
    try {
      const file = join(this.#folder, key);
      const answer = JSON.parse(readFileSync(file, 'utf8')) as Answer;
      utimesSync(file, new Date(), new Date());
      return answer;
    } catch {
      return undefined;
    }
  }

  has(key: string): boolean {
    return existsSync(join(this.#folder, key));
  }

  /** A folder that cannot be written, such as that of somebody else, only costs time. */
  write(key: string, answer: Answer): void {
    const file = join(this.#folder, key);
    const written = `${file}.${process.pid}.${performance.now()}`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(written, JSON.stringify(answer));
      renameSync(written, file);
      this.#removeOldest();
    } catch {
      // It is made again.
    }
  }

  #removeOldest(): void {
    const files = readdirSync(this.#folder).map((name) => join(this.#folder, name));
    if (files.length <= this.#most) return;
    const usedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const byUse = files.map((file) => ({ file, at: usedAt(file) })).sort((a, b) => b.at - a.at);
    for (const { file } of byUse.slice(this.#most)) rmSync(file, { force: true });
  }
}
