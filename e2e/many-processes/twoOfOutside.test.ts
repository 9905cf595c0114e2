import { afterAll, beforeAll, describe } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { outsideStage, type OutsideStage } from './outsideStage.ts';
import { twoDoors } from './twoDoors.ts';
import { twoOfMemberships } from './twoOfMemberships.ts';
import { twoOfNotifications } from './twoOfNotifications.ts';
import { twoRelays } from './twoRelays.ts';

/** What goes on between the chain and the world outside, two processes at a time, which are killed in the middle. */
describe('the world outside, through two processes in production', () => {
  let stage: OutsideStage;
  beforeAll(async () => {
    stage = await outsideStage(temporaryFolder('two-of-outside'));
  });
  afterAll(() => stage.stop());

  twoDoors(() => stage);
  twoRelays(() => stage);
  twoOfNotifications(() => stage);
  twoOfMemberships(() => stage);
});
