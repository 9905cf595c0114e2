import { hasExactNumbers, protect, revive } from './exactNumber.ts';

/**
 * Thrown for JSON with a key `__proto__`, which careless code takes for an object's prototype, and for JSON that is
 * nested too deeply to be walked recursively.
 */
export class UnsafeJson extends Error {
  override readonly name = 'UnsafeJson';
}

const maxNesting = 100;
const suspicious = /__proto__|\\u/;

function checkNesting(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 34) {
      for (at += 1; at < text.length && text.charCodeAt(at) !== 34; at += 1) if (text.charCodeAt(at) === 92) at += 1;
    } else if (char === 123 || char === 91) {
      depth += 1;
      if (depth > maxNesting) throw new UnsafeJson(`nested deeper than ${maxNesting} levels`);
    } else if (char === 125 || char === 93) depth -= 1;
  }
}

/**
 * Parses JSON that comes from outside. A key `__proto__` is refused; every other key is harmless, since this code looks
 * up only an object's own properties. Nesting beyond 100 levels is refused, too. In the answer of a subgraph
 * (`trusted`), whose depth is that of the query and whose data may be anything, neither is. A number that a double
 * would change becomes an ExactNumber.
 * @throws SyntaxError for text that is not JSON, UnsafeJson for JSON that is refused
 */
export function parseJson(text: string, options: { readonly trusted?: boolean } = {}): unknown {
  if (!options.trusted) checkNesting(text);
  const value = options.trusted ? (JSON.parse(text) as unknown) : parse(text);
  if (!hasExactNumbers(text)) return value;
  // The text is checked first: what is changed below need not be JSON.
  const exact = protect(text);
  return exact === text ? value : revive(JSON.parse(exact));
}

function parse(text: string): unknown {
  if (!suspicious.test(text)) return JSON.parse(text);
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') throw new UnsafeJson(`a key is called ${key}`);
    return value;
  });
}
