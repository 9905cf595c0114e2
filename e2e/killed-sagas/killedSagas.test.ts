import { membershipStories } from './membershipStories.ts';
import { orderStories } from './orderStories.ts';
import { stageFor } from './stage.ts';
import { vendorOrderStories } from './vendorOrderStories.ts';

/**
 * The process of a saga is killed at every fail point in turn, and each next process goes on. All domains are the real
 * ones, with the payment provider and its ledger behind them, and answer over gRPC: what all of them keep must hold
 * together. The stories of a saga follow each other, because each process is armed with the fail point after that of
 * the one before it; each step stands in one story only, because a start takes seconds.
 */
const stage = stageFor(['orders', 'memberships', 'marketplace']);
orderStories(stage);
membershipStories(stage);
vendorOrderStories(stage);
