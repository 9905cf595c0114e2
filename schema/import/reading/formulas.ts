/**
 * Spreadsheets run a cell that begins with one of these as a formula, whoever wrote it. An apostrophe before it, which
 * they do not show, makes it a text. A text that has an apostrophe before such a beginning gets another one, so that
 * it, too, is read as it was.
 */
const formula = /^'*[=+\-@\t\r]/;

/** A text as the cell of a table that a spreadsheet may open. */
export const asText = (text: string): string => (formula.test(text) ? `'${text}` : text);

/** The text of such a cell. */
export const textOf = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell);
