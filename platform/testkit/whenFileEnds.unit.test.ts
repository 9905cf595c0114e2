import { expect, it } from 'vitest';
import { endFile, hearEnds, whenFileEnds } from './whenFileEnds.ts';

it('refuses what nobody would end, and ends all else in reverse, whatever fails', async () => {
  expect(() => whenFileEnds(() => undefined)).toThrow('name platform/testkit/eachFile.ts in `setupFiles`');
  hearEnds();
  const ended: string[] = [];
  whenFileEnds(() => ended.push('bus'));
  whenFileEnds(() => Promise.reject(new Error('hangs')));
  whenFileEnds(async () => {
    await Promise.resolve();
    ended.push('subgraph');
  });
  await expect(endFile()).rejects.toThrow('hangs');
  expect(ended).toEqual(['subgraph', 'bus']);
  await endFile();
  expect(ended).toHaveLength(2);
});
