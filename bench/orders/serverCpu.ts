import { readdirSync, readFileSync } from 'node:fs';

/** CPU milliseconds that the processes of a system have used. */
export interface ServerCpu {
  readonly node: number;
  /** Of all processes of PostgreSQL. */
  readonly postgres: number;
  since(before: ServerCpu): ServerCpu;
}

/** What a process and the PostgreSQL server that it started have used so far. */
export function cpuOfServer(pid: number): ServerCpu {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((each) => each !== undefined);
  const of = (ids: ReadonlySet<number>) => processes.filter(({ parent }) => ids.has(parent));
  const servers = of(new Set([pid])).filter(({ name }) => name.startsWith('postgres'));
  const backends = of(new Set(servers.map((each) => each.pid)));
  return cpu(
    processes.find((each) => each.pid === pid)?.own ?? 0,
    // What backends that have ended used is in the server's time of its children.
    [...servers.map(({ own, children }) => own + children), ...backends.map(({ own }) => own)].reduce(
      (sum, each) => sum + each,
      0,
    ),
  );
}

const cpu = (node: number, postgres: number): ServerCpu => ({
  node,
  postgres,
  since: (before) => cpu(node - before.node, postgres - before.postgres),
});

/** /proc/<pid>/stat after the name: field 4 is the parent, 14 to 17 are times in ticks of 10 ms. */
function statOf(pid: number) {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (...numbers: number[]) => numbers.reduce((sum, each) => sum + Number(fields[each - 3]), 0) * 10;
  return {
    pid,
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    parent: Number(fields[1]),
    own: ticks(14, 15),
    children: ticks(16, 17),
  };
}
