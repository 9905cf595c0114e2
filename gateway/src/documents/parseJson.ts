/** JSON that would reach into prototypes, or is nested too deep to be walked safely. */
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
 * JSON.parse for what comes from outside. Keys called `__proto__` are refused (all others are plain keys: nothing here
 * looks a key up by a name that it does not own); so is nesting beyond 100 levels, unless the text is from a subgraph
 * (`trusted`), whose answers have the shape that was asked for.
 * @throws SyntaxError, UnsafeJson
 */
export function parseJson(text: string, options: { readonly trusted?: boolean } = {}): unknown {
  if (!options.trusted) checkNesting(text);
  if (!suspicious.test(text)) return JSON.parse(text);
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') throw new UnsafeJson(`a key is called ${key}`);
    return value;
  });
}
