import { describe, expect, it } from 'vitest';
import { Owners } from './owners.ts';

describe('the owners of a file', () => {
  const owners = new Owners(`
    *               @all
    /docs/*         @writers   # those right in it
    docs/adr/       @founders
    subgraphs/**/schema.graphql @graph
    /subgraphs/menu/ @menu @kitchen
    /subgraphs/menu/generated/
    *.sql           @data
    /*              @root
    apps/           @apps
  `);

  it.each([
    ['subgraphs/orders/schema.graphql', '@graph'],
    ['subgraphs/orders/deep/in/schema.graphql', '@graph'],
    ['subgraphs/menu/schema.graphql', '@menu @kitchen'],
    ['subgraphs/menu/generated/types.ts', ''],
    ['subgraphs/menu/generated/one.sql', '@data'],
    ['docs/events.md', '@writers'],
    ['docs/pictures/one.svg', '@all'],
    ['docs/adr/0001.md', '@founders'],
    ['package.json', '@root'],
    ['bffs/apps/deep/in.ts', '@apps'],
    ['scripts/own.ts', '@all'],
  ])('of %s are “%s”: of the rules that fit, the last', (file, told) => {
    expect(owners.of(file).join(' ')).toBe(told);
  });
});
