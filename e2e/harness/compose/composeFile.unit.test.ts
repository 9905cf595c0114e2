import { describe, expect, it } from 'vitest';
import { composeServices, interpolate, milliseconds, withDependencies } from './composeFile.ts';

describe('a compose file', () => {
  it.each([
    ['${A}', 'a'],
    ['$A', 'a'],
    ['${A:-d}', 'a'],
    ['${A-d}', 'a'],
    ['${A:?no}', 'a'],
    ['${EMPTY}', ''],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${EMPTY?no}', ''],
    ['${NONE}', ''],
    ['${NONE:-d}', 'd'],
    ['${NONE-}', ''],
    ['${NONE-d}', 'd'],
    ['$$A', '$A'],
    ['x${A}y${NONE:-http://z:1}', 'xayhttp://z:1'],
    ['http://{name}:{port}', 'http://{name}:{port}'],
  ])('has %s filled in as %s', (text, value) => {
    expect(interpolate(text, { A: 'a', EMPTY: '' })).toBe(value);
  });

  it('says what is missing', () => {
    expect(() => interpolate('${NONE:?set it}', {})).toThrow('NONE is missing: set it');
    expect(() => interpolate('${EMPTY:?set it}', { EMPTY: '' })).toThrow('EMPTY is missing: set it');
  });

  const text = `
services:
  db: { image: db }
  tool: { image: tool, profiles: [tools] }
  app: { image: app, depends_on: { db: { condition: service_healthy } }, environment: { LEVEL: "\${LEVEL:-info}", PORT: 4000 } }`;

  it('gives the services of a profile, and one with what it depends on', () => {
    const all = composeServices(text, { LEVEL: 'warn' }, []);
    expect(Object.keys(all)).toEqual(['db', 'app']);
    expect(all['app']?.environment).toEqual({ LEVEL: 'warn', PORT: 4000 });
    expect(Object.keys(composeServices(text, {}, ['tools']))).toEqual(['db', 'tool', 'app']);
    expect(Object.keys(withDependencies(all, ['app']))).toEqual(['db', 'app']);
    expect(() => withDependencies(all, ['ap'])).toThrow('no service ap: docker-compose.yml has db, app.');
  });

  it('reads durations as Compose writes them', () => {
    expect(['40s', '500ms', '2m'].map(milliseconds)).toEqual([40_000, 500, 120_000]);
  });
});
