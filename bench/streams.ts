import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { aimedAt, heading, print, type Row } from './streams/figures.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { command, fileLimit, optionsOf, type Options } from './streams/options.ts';
import { surroundings } from './streams/rig.ts';
import { scenarios } from './streams/scenarios.ts';

endOnError('bench:streams');
await main(withinLimits(optionsOf(commandLine(command))));

/** Each socket counts as an open file of the process. */
function withinLimits(asked: Options): Options {
  const spare = 1_000;
  const most = fileLimit() - spare;
  const subscribers = [...new Set(asked.subscribers.map((count) => Math.min(count, most)))];
  if (asked.subscribers.some((count) => count > most))
    console.log(`${fileLimit()} open files allowed: at most ${most} subscribers`);
  return { ...asked, subscribers };
}

async function main(chosen: Options): Promise<void> {
  const began = performance.now();
  console.log(
    `${availableParallelism()} cores, Node ${process.version}, ${fileLimit()} open files allowed, load from the same machine (load average ${loadavg()[0]!.toFixed(1)})`,
  );
  const around = await surroundings(chosen.loads);
  const rows: Row[] = [];
  for (const [name, scenario] of Object.entries(scenarios(chosen))) {
    if (chosen.only && !chosen.only.includes(name)) continue;
    for (const variant of scenario.variants) {
      heading(`${scenario.title} – ${variant}`);
      await scenario.run(variant, around, (found) => {
        print(found);
        rows.push(...found);
      });
    }
  }
  const judged = rows.filter(({ met }) => met !== undefined);
  if (judged.length > 0)
    console.log(`\nAims, at ${aimedAt} subscribers: ${judged.filter(({ met }) => met).length} of ${judged.length} met`);
  console.log(`Took ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  if (chosen.json)
    writeFileSync(
      chosen.json,
      `${JSON.stringify({ cores: availableParallelism(), node: process.version, fileLimit: fileLimit(), rows }, null, 2)}\n`,
    );
}
