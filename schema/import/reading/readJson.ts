import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import type { ReadTable } from './located.ts';

/** Finds line and column of an offset, both from 1. */
function placesOf(text: string): (offset: number) => string {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return `line ${low + 1}, column ${offset - starts[low]! + 1}`;
  };
}

/** A column that is null counts as left out, as an empty cell of CSV does. */
const withoutNulls = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && !Array.isArray(row)
    ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
    : row;

/** A row of a table has texts by language and lists at most. */
const deepest = 8;

/** Where more lists and objects lie within each other than in any table: reading them all would exhaust the stack. */
function tooDeepIn(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > deepest) return scanner.getTokenOffset();
  }
  return undefined;
}

/** Reads a table in JSON, which is a list of rows. */
export function readJson(file: string, text: string): ReadTable {
  const place = placesOf(text);
  const deep = tooDeepIn(text);
  if (deep !== undefined)
    return {
      file,
      rows: [],
      problems: [
        { file, at: place(deep), message: 'it goes too deep here: a row holds texts, numbers and short lists' },
      ],
    };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first) {
    const message = `this is not JSON: ${printParseErrorCode(first.error)}`;
    return { file, rows: [], problems: [{ file, at: place(first.offset), message }] };
  }
  if (tree?.type !== 'array')
    return { file, rows: [], problems: [{ file, at: '', message: 'it must be a list of rows: [ { … }, … ]' }] };
  const at = (node: Node, column?: string): string => {
    if (column === undefined) return place(node.offset);
    const found = findNodeAtLocation(node, column.split('.'));
    return `${place((found ?? node).offset)} (${column})`;
  };
  return {
    file,
    rows: (tree.children ?? []).map((node) => ({
      value: withoutNulls(getNodeValue(node)),
      at: (column) => at(node, column),
    })),
    problems: [],
  };
}
