export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly samples: readonly Sample[];
}

const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const sample =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (-?(?:\d[\d.e+-]*|Inf)|\+Inf|NaN)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/g;

/**
 * Reads Prometheus' text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/. By name of the
 * family.
 * @throws if a line is none, a sample stands outside its family, or one is told twice
 */
export function parsePrometheus(text: string): Map<string, Family> {
  const families = new Map<string, { type: string; samples: Sample[] }>();
  const told = new Set<string>();
  let current = '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, keyword, family = '', rest = ''] = comment.exec(line) ?? [];
    if (keyword) {
      if (keyword === 'HELP' && families.has(family)) throw new Error(`${family} is described twice`);
      current = family;
      families.set(family, {
        type: keyword === 'TYPE' ? rest : (families.get(family)?.type ?? 'untyped'),
        samples: families.get(family)?.samples ?? [],
      });
      continue;
    }
    const [, name = '', labels = '', value = ''] = sample.exec(line) ?? [];
    if (!name) throw new Error(`this is no line of the format: ${line}`);
    if (
      name !== current &&
      !(
        families.get(current)?.type === 'histogram' &&
        [`${current}_bucket`, `${current}_sum`, `${current}_count`].includes(name)
      )
    )
      throw new Error(`${name} stands below ${current}`);
    const key = line.slice(0, line.lastIndexOf(' '));
    if (told.has(key)) throw new Error(`${key} is told twice`);
    told.add(key);
    families.get(current)!.samples.push({
      name,
      labels: Object.fromEntries([...labels.matchAll(label)].map(([, each = '', text = '']) => [each, text])),
      value: Number(value.replace('Inf', 'Infinity')),
    });
  }
  return families;
}

/** The sum of the samples of this name that bear these labels; undefined if there are none. */
export function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = [...parsePrometheus(text).values()]
    .flatMap(({ samples }) => samples)
    .filter((each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value));
  return found.length ? found.reduce((sum, { value }) => sum + value, 0) : undefined;
}
