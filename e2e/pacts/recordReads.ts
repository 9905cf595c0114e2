/** Gives what the value is, and notes the path of each part that is read, such as `data.lines.quantity`. */
export function recordReads<Of extends object>(value: Of, note: (path: string) => void, path = ''): Of {
  return new Proxy(value, {
    get(target, name, receiver) {
      const part: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'symbol' || typeof part === 'function') return part;
      if (Array.isArray(target)) return isObject(part) ? recordReads(part, note, path) : part;
      if (!Object.hasOwn(target, name)) return part;
      const at = path === '' ? name : `${path}.${name}`;
      if (isObject(part)) return recordReads(part, note, at);
      note(at);
      return part;
    },
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Of a value the parts at these paths and no others. Of a list each element has them. */
export function partsAt(value: unknown, paths: ReadonlySet<string>, path = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => partsAt(each, paths, path));
  if (!isObject(value)) return value;
  const parts = Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
    const at = path === '' ? name : `${path}.${name}`;
    return [...paths].some((each) => each === at || each.startsWith(`${at}.`))
      ? [[name, partsAt(part, paths, at)]]
      : [];
  });
  return Object.fromEntries(parts);
}
