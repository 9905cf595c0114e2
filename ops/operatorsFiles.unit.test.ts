import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { metricCatalogue } from '#platform/telemetry/metricCatalogue.ts';
import { createMetrics } from '#platform/telemetry/metrics.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

const alerts = (parse(read('prometheus/rules.yml')) as Rules).groups.flatMap(({ rules }) => rules);
const panels = (JSON.parse(read('grafana/dashboard.json')) as Dashboard).panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);
const expressions = [
  ...alerts.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...panels.map(({ title, expr }) => [`panel ${title}`, expr] as const),
];

const ours = new Map(
  Object.values(metricCatalogue).map(({ kind, name, labels }) => [
    name as string,
    { kind, labels: new Set(Object.keys(labels)) },
  ]),
);
/** The labels that Prometheus adds to each series. */
const added = ['job', 'instance', 'le'];
const metricsIn = (expr: string): string[] => expr.match(/\b(?:drburger|nodejs|process)_\w+/g) ?? [];
const familyOf = (name: string): string => (ours.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, ''));

const metricsOfNode = createMetrics({ process: true }).text();

describe('alerts and dashboard', () => {
  it.each(expressions)('%s asks for metrics and labels that there are', async (_of, expr) => {
    const nodes = await metricsOfNode;
    const asked = metricsIn(expr);
    for (const name of asked.filter((each) => !each.startsWith('drburger_')))
      expect(nodes, name).toContain(`# TYPE ${name} `);
    const families = asked
      .filter((each) => each.startsWith('drburger_'))
      .map((name) => ({ name, ...ours.get(familyOf(name)) }));
    for (const { name, kind } of families) {
      expect(kind, name).toBeDefined();
      expect(name.endsWith('_bucket'), name).toBe(kind === 'histogram');
    }
    const known = new Set([...families.flatMap(({ labels }) => [...(labels ?? [])]), ...added]);
    const labels = [...expr.matchAll(/by \(([^)]+)\)/g)]
      .flatMap(([, list = '']) => list.split(/,\s*/))
      .concat([...expr.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map(([, label = '']) => label));
    for (const label of labels) expect(known, label).toContain(label);
  });

  it('compare labels with what the catalogue lets them say', () => {
    for (const [, expr] of expressions) {
      for (const [, name = '', label = '', values = ''] of expr.matchAll(
        /(drburger_\w+)\{(\w+)(?:=~|!=|=)"([^"]+)"\}/g,
      )) {
        const declared = Object.values(metricCatalogue).find((each) => each.name === familyOf(name))!
          .labels as Readonly<Record<string, 'any' | readonly string[]>>;
        const allowed = declared[label];
        if (Array.isArray(allowed)) expect(allowed).toEqual(expect.arrayContaining(values.split('|')));
      }
    }
  });

  it('are explained to operators, each alert under its name', () => {
    const page = read('../docs/operations.md');
    for (const { alert } of alerts) expect(page).toContain(`| ${alert} |`);
  });

  it('have each alert tried by promtool', () => {
    const tried = parse(read('prometheus/rules.test.yml')) as { tests: { alert_rule_test: { alertname: string }[] }[] };
    const names = new Set(
      tried.tests.flatMap(({ alert_rule_test }) => alert_rule_test.map(({ alertname }) => alertname)),
    );
    expect(alerts.map(({ alert }) => alert).filter((alert) => !names.has(alert))).toEqual([]);
  });
});
