-- Points that the loyalty partner changed by itself.
ALTER TYPE "ledger_entry_kind" ADD VALUE 'ADJUSTED';
-- An order can be refunded after its points were spent at another chain.
ALTER TABLE "account" DROP CONSTRAINT "account_balance_check";
