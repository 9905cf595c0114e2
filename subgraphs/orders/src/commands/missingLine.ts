import { Code, ConnectError } from '@connectrpc/connect';
import { InventoryQueryService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import type { PricedLine } from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import type { PlaceOrderInput } from '#generated/orders/resolvers.ts';
import type { Orders } from '../context.ts';
import { componentsOf } from '../orderView.ts';

/** How long a guest waits for inventory, which need not answer. */
const timeoutMs = 2_000;
/** Inventory is down or slow, or of a version that does not know the question. */
const noAnswer: ReadonlySet<Code> = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Unimplemented]);

/**
 * The first line, counted from 0, that the store cannot make from its stock in this size, with these extras and this
 * many times; undefined when it can make all. It is asked before any card is. When inventory cannot be reached, the
 * order is taken all the same: the saga asks inventory again, and calls the order off if need be.
 */
export async function missingLine(
  domain: Orders,
  { storeId, lines }: PlaceOrderInput,
  priced: readonly PricedLine[],
): Promise<number | undefined> {
  const components = lines.flatMap((line, index) =>
    componentsOf({
      componentItemIds: priced[index]!.componentItemIds,
      quantity: line.quantity,
      sizeId: line.sizeId ?? null,
      modifiers: (line.modifiers ?? []).map(({ modifierId, quantity }) => ({ modifierId, quantity: quantity ?? 1 })),
    }).map((component) => ({ index, component })),
  );
  try {
    const { missingLines } = await domain.rpc
      .client(InventoryQueryService)
      .checkStock({ storeId, lines: components.map(({ component }) => component) }, { timeoutMs });
    return missingLines[0] === undefined ? undefined : components[missingLines[0]]?.index;
  } catch (error) {
    if (error instanceof ConnectError && noAnswer.has(error.code)) return undefined;
    throw error;
  }
}
