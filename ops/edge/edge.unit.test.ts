import { existsSync, readFileSync } from 'node:fs';
import ajv04 from 'ajv-draft-04';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { edgeExamples } from './examples.ts';
import { kongSchema } from './kongSchema.ts';
import { edgePolicies } from './policies.ts';

const committed = () => parse(readFileSync(new URL('kong.yaml', import.meta.url), 'utf8')) as Record<string, unknown>;

it('is a configuration that Kong takes', () => {
  expect(kongSchema.safeParse(committed()).error?.message).toBeUndefined();
});

// Where `.ci/run` puts what Kong publishes.
const kongsOwn = new URL('../../node_modules/.cache/kong/schema.json', import.meta.url);

it.runIf(existsSync(kongsOwn) || process.env['CI'])('is one by the schema that Kong publishes, too', () => {
  const takes = new ajv04.default({ strict: false, allErrors: true }).compile(
    JSON.parse(readFileSync(kongsOwn, 'utf8')) as object,
  );
  takes(committed());
  expect(takes.errors).toBeNull();
  const misspelt = JSON.parse(JSON.stringify(committed()).replace('"strip_path"', '"strippath"')) as object;
  expect(takes(misspelt)).toBe(false);
});

it('would be refused with a misspelt key, an unknown plugin, or an upstream that is not there', () => {
  const changed = (from: string, to: string) =>
    kongSchema.safeParse(JSON.parse(JSON.stringify(committed()).replace(from, to))).success;
  expect(changed('"strip_path"', '"strippath"')).toBe(false);
  expect(changed('"rate-limiting"', '"rate-limits"')).toBe(false);
  expect(changed('"host":"kiosk.upstream"', '"host":"kiosks.upstream"')).toBe(false);
  expect(changed('', '')).toBe(true);
});

it('has examples of every channel, and of every way to come', async () => {
  const policies = await edgePolicies();
  const examples = edgeExamples(policies);
  expect(examples.length).toBeGreaterThanOrEqual(40);
  for (const { channel } of policies) expect(examples.map((each) => each.channel)).toContain(channel);
  expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
});
