import type { PlaceOrderInput } from '#generated/orders/resolvers.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { isId } from '#platform/domain/id.ts';

const limits = { lines: 50, quantity: 99, modifiers: 20, modifierQuantity: 10, slots: 10, methodToken: 200 } as const;

export interface InvalidInput {
  readonly field: string;
  readonly message: string;
}

const idProblem = (field: string, id: string): InvalidInput | undefined =>
  isId(id) ? undefined : { field, message: 'An id must be a UUID in lower case, as the graph returns it.' };

function countProblem(field: string, count: number, low: number, high: number): InvalidInput | undefined {
  return count >= low && count <= high ? undefined : { field, message: `It must lie between ${low} and ${high}.` };
}

function lineProblem(line: PlaceOrderInput['lines'][number], field: string): InvalidInput | undefined {
  const modifiers = line.modifiers ?? [];
  const slots = line.slots ?? [];
  return (
    idProblem(`${field}.menuItemId`, line.menuItemId) ??
    countProblem(`${field}.quantity`, line.quantity, 1, limits.quantity) ??
    (line.sizeId ? idProblem(`${field}.sizeId`, line.sizeId) : undefined) ??
    countProblem(`${field}.modifiers`, modifiers.length, 0, limits.modifiers) ??
    countProblem(`${field}.slots`, slots.length, 0, limits.slots) ??
    first(
      modifiers,
      (each, index) =>
        idProblem(`${field}.modifiers.${index}.modifierId`, each.modifierId) ??
        countProblem(`${field}.modifiers.${index}.quantity`, each.quantity ?? 1, 1, limits.modifierQuantity),
    ) ??
    first(
      slots,
      (each, index) =>
        idProblem(`${field}.slots.${index}.slotId`, each.slotId) ??
        idProblem(`${field}.slots.${index}.menuItemId`, each.menuItemId),
    )
  );
}

function first<Item>(
  items: readonly Item[],
  problemOf: (item: Item, index: number) => InvalidInput | undefined,
): InvalidInput | undefined {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, index);
    if (problem) return problem;
  }
  return undefined;
}

/**
 * The first field of the input that has a value that is not allowed. It is called before other domains are asked and
 * before anything is stored.
 */
export function inputProblem(input: PlaceOrderInput): InvalidInput | undefined {
  return (
    countProblem('lines', input.lines.length, 1, limits.lines) ??
    first(input.lines, (line, index) => lineProblem(line, `lines.${index}`)) ??
    countProblem('payment.methodToken', charactersIn(input.payment.methodToken), 1, limits.methodToken) ??
    addressProblem(input)
  );
}

function addressProblem({ service, addressVersionId }: PlaceOrderInput): InvalidInput | undefined {
  if (service === 'DELIVERY') {
    return addressVersionId
      ? idProblem('addressVersionId', addressVersionId)
      : { field: 'addressVersionId', message: 'A delivery needs an address version.' };
  }
  return addressVersionId
    ? { field: 'addressVersionId', message: 'Only a delivery may have an address version.' }
    : undefined;
}
