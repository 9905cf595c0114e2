/** The kind of value that a cell holds, by its column's schema. */
export type CellKind = 'text' | 'number' | 'whole' | 'boolean' | 'list' | 'several' | 'texts' | 'amounts';

interface Inner {
  readonly def: { readonly type: string; readonly innerType?: unknown };
  readonly isInt?: boolean;
}

export function kindOf(schema: unknown): CellKind {
  const { def, isInt } = schema as Inner;
  if (def.innerType) return kindOf(def.innerType);
  if (def.type === 'array') return 'list';
  if (def.type === 'record') return 'texts';
  if (def.type === 'number') return isInt ? 'whole' : 'number';
  return def.type === 'boolean' ? 'boolean' : 'text';
}
