import '#platform/config/productionMode.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';

const help = `start: runs the whole system in one process, on an embedded PostgreSQL.

  --fresh             begin anew: throw away the databases, ledgers and development secrets in DATA_DIR
  --kafka <brokers>   carry the events on Kafka, at host:port,… (as BUS=kafka and KAFKA_BROKERS); "kafka start" runs a broker
  --tls               the channels speak https and wss, with HTTP/2, by a certificate for this machine that is made in
                      DATA_DIR/tls (as TLS=on); what is printed at the end says how to trust it
  --only <channel,…>  start these channels only, with the subgraphs that their contracts and the edges in schema/edges.ts
                      call for; the gateway stays, and answers as if the other subgraphs were down
  --mock <subgraph,…> have made-up data answer in place of these subgraphs: plausible by the schema, the same for the same
                      entity after every start, ids of the seed; mutations succeed, streams stay quiet after their first
                      message, and other subgraphs cannot call it. Development only
  --help              show this

`;

const began = performance.now();
const progress = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1000).toFixed(1).padStart(4)} s] ${line}`);

let stopping = false;

// Ctrl-C also reaches helper processes, such as the transpiler: a start that it interrupts fails in some way, and that
// error is not reported.
endOnError('start', () => stopping && process.exit(130));
await main();

async function main(): Promise<void> {
  const { parseFlags } = await import('./system/flags.ts');
  const {
    switches,
    settings: { KAFKA, ONLY, MOCK, ...flags },
    words,
  } = parseFlags(process.argv.slice(2), ['fresh', 'tls', 'help']);
  if (switches.has('help')) return console.log(help + (await settingsHelp()));
  if (words.length > 0) throw new StartupError(`"${words[0]}" is not understood: see --help.`);

  const { askedParts, brokenCalls } = await import('./system/startParts.ts');
  const parts = askedParts({ ONLY, MOCK });
  const [{ startSystem }, { generateOrFail }] = await Promise.all([
    import('./system/startSystem.ts'),
    import('./system/generateOrFail.ts'),
  ]);
  const settings = {
    ...flags,
    ...(KAFKA !== undefined && { BUS: 'kafka', KAFKA_BROKERS: KAFKA }),
    ...(switches.has('tls') && { TLS: 'on' }),
  };
  const starting = startSystem({
    environment: process.env,
    flags: settings,
    settingsFile: '.env',
    fresh: switches.has('fresh'),
    progress,
    parts,
    generate: () => generateOrFail(progress),
  });
  stopOnSignals(starting.then(({ stop }) => stop));
  const system = await starting;
  const { welcome } = await import('./system/welcome.ts');
  console.log(welcome(system, (performance.now() - began) / 1000));
  for (const call of brokenCalls(system.parts)) console.log(`While it is mocked, ${call}: what needs that fails.`);
}

async function settingsHelp(): Promise<string> {
  const { describeCatalogue } = await import('./system/settingCatalogue.ts');
  return describeCatalogue('start');
}

function stopOnSignals(stop: Promise<() => Promise<void>>): void {
  // If the start failed, the code that waits for it reports that.
  stop.catch(() => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      progress(`stopping (${signal}); once more to stop at once`);
      stop
        .then((run) => run())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  }
}
