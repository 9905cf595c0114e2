import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { KeptFolder, keyOf } from './keptFolder.ts';

describe('a folder of answers', () => {
  const below = temporaryFolder('kept');
  const folder = (name: string, most = 2) => new KeptFolder<{ readonly n: number }>(name, most, below);

  it('has what was written, for whoever reads it', () => {
    folder('one').write('a', { n: 1 });
    expect(folder('one').read('a')).toEqual({ n: 1 });
    expect(folder('one').read('b')).toBeUndefined();
    expect(folder('two').read('a')).toBeUndefined();
  });

  it('lets go of what was used least recently', async () => {
    const few = folder('few');
    for (const [n, key] of ['a', 'b'].entries()) {
      few.write(key, { n });
      await new Promise((resume) => setTimeout(resume, 5));
    }
    few.read('a');
    few.write('c', { n: 2 });
    expect(readdirSync(join(below, 'few')).sort()).toEqual(['a', 'c']);
  });

  it('takes what cannot be read for nothing', () => {
    folder('torn').write('a', { n: 1 });
    writeFileSync(join(below, 'torn/a'), '{"n":');
    expect(folder('torn').read('a')).toBeUndefined();
  });

  it('does without a folder that cannot be written', () => {
    const nowhere = new KeptFolder('any', 1, '/dev/null/');
    nowhere.write('a', 1);
    expect(nowhere.read('a')).toBeUndefined();
  });

  it('tells parts apart wherever they end', () => {
    expect(keyOf(['a', 'bc'])).not.toBe(keyOf(['ab', 'c']));
  });
});
