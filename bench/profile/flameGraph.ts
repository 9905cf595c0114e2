import { callTree, type Call } from './callTree.ts';
import type { CpuProfile } from './inspector.ts';

const [width, height, least] = [1_600, 16, 0.8];

/**
 * Draws a profile as a flame graph: each box is a function, as wide as the time in it and in what it called, which
 * stands above it. A box tells its name, file and share when it is pointed at.
 */
export function flameGraph(profile: CpuProfile, title: string): string {
  const root = callTree(profile);
  const scale = width / Math.max(root.total, 1);
  const boxes: string[] = [];
  let deepest = 0;
  const draw = (calls: readonly Call[], x: number, depth: number): void => {
    let left = x;
    for (const { call, children } of merged(calls)) {
      const wide = call.total * scale;
      if (wide >= least) {
        deepest = Math.max(deepest, depth);
        boxes.push(box(call, left, depth, wide, call.total / root.total));
        draw(children, left, depth + 1);
      }
      left += wide;
    }
  };
  draw(root.children, 0, 0);
  const tall = (deepest + 2) * height + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${tall}" font-family="monospace" font-size="11">
<text x="4" y="${height - 3}">${escaped(title)}: ${root.total.toFixed(0)} ms</text>
<g transform="translate(0 ${tall}) scale(1 -1)">
${boxes.join('\n')}
</g></svg>
`;
}

/** Calls of the same function under the same caller are drawn as one box, the widest first. */
function merged(calls: readonly Call[]): { call: Call; children: Call[] }[] {
  const found = new Map<string, { call: Call; children: Call[] }>();
  for (const call of calls) {
    const { functionName, url, lineNumber } = call.node.callFrame;
    const key = `${functionName} ${url} ${lineNumber}`;
    const known = found.get(key);
    found.set(key, {
      call: known ? { ...known.call, self: known.call.self + call.self, total: known.call.total + call.total } : call,
      children: [...(known?.children ?? []), ...call.children],
    });
  }
  return [...found.values()].sort((a, b) => b.call.total - a.call.total);
}

function box({ node }: Call, x: number, depth: number, wide: number, share: number): string {
  const { functionName, url, lineNumber } = node.callFrame;
  const name = functionName || '(anonymous)';
  const y = depth * height;
  const label = wide < 30 ? '' : escaped(name.slice(0, Math.floor(wide / 6.7)));
  return `<g><title>${escaped(`${name} ${placeOf(url)}:${lineNumber + 1} ${(share * 100).toFixed(2)} %`)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${height - 1}" fill="${colourOf(url)}"/>${label && `<text transform="translate(${(x + 2).toFixed(1)} ${y + 4}) scale(1 -1)">${label}</text>`}</g>`;
}

/** A file within the project or within the package that it belongs to. */
export const placeOf = (url: string): string =>
  /.*node_modules\/(?!\.pnpm)(.*)/.exec(url)?.[1] ?? url.replace(new URL('../..', import.meta.url).href, '');

const colourOf = (url: string): string =>
  url === '' || url.startsWith('node:') ? '#cfcfcf' : url.includes('node_modules') ? '#f2b36b' : '#e8765c';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
