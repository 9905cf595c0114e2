import type { RatePolicy } from '#gateway/channelManifest.ts';

/**
 * Of each app, by whatever key, and of each developer; over REST an app has as much again. A program asks for many
 * people, but changes nothing.
 */
export const partnerRates: RatePolicy = { requestsPerMinute: 1_200, mutationsPerMinute: 60 };
