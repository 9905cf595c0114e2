import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkLimits, defaultLimits } from './limits.ts';

const complaint = (source: string, limits = defaultLimits): string | undefined => {
  try {
    checkLimits(parse(source), limits);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('limits', () => {
  it('measure through fragments, each as often as it is spread', () => {
    const source = '{a{...x ...x}} fragment x on T{b{c} d:c}';
    expect(complaint(source, { ...defaultLimits, depth: 3, fields: 7, aliases: 2, rootFields: 1 })).toBeUndefined();
    expect(complaint(source, { ...defaultLimits, depth: 2 })).toContain('depth 3, at most 2');
    expect(complaint(source, { ...defaultLimits, fields: 6 })).toContain('fields 7, at most 6');
    expect(complaint(source, { ...defaultLimits, aliases: 1 })).toContain('aliases 2, at most 1');
  });

  it('apply to every operation and fragment of a document, whichever is run', () => {
    const source = `query A{a} query B{${Array.from({ length: 30 }, (_, at) => `f${at}`).join(' ')}}`;
    expect(complaint(source)).toContain('rootFields 30, at most 25');
  });

  it('bound what stands in one place, which validation compares', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, at) => `f${at}`).join(' ');
    expect(complaint(`{a{${fields(200)}}}`)).toBeUndefined();
    expect(complaint(`{a{${fields(201)}}}`)).toContain('in one place: 201, at most 200');
    expect(complaint(`{a{${fields(900)}}}`, { ...defaultLimits, selections: 900 })).toBeUndefined();
    expect(complaint(`{a{${'...{b}'.repeat(61)}}}`)).toContain('at most 60');
    expect(complaint(`{a{${'b '.repeat(21)}}}`)).toContain('at most 20 times');
  });

  it('count directives on fragments and variables too', () => {
    expect(
      complaint('query($v: Int @x @y){...f @x} fragment f on Query @x {a @x}', { ...defaultLimits, directives: 4 }),
    ).toContain('directives 5');
  });

  it('measure a document whose fragments expand to billions of fields without expanding it', () => {
    const levels = 500;
    const bomb = `{...f0}${Array.from({ length: levels }, (_, at) => `fragment f${at} on Q{${at + 1 < levels ? `...f${at + 1} ...f${at + 1}` : 'a'}}`).join('')}`;
    expect(complaint(bomb)).toContain('ields over a billion');
  });

  it('let the introspection of tools pass', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    expect(
      complaint(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, specifiedByUrl: true })),
    ).toBeUndefined();
  });
});
