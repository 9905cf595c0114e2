import type { EngineGatewayOptions, SupergraphSdlHook } from './gatewayOptions.ts';

const compose = 'compose beforehand (`rover supergraph compose`), and hand over the text as `supergraphSdl`';

const known: Readonly<Record<keyof EngineGatewayOptions, true>> = {
  supergraphSdl: true,
  buildService: true,
  logger: true,
  callerKey: true,
  exactNumbers: true,
  maxErrors: true,
};

/**
 * Options come from JavaScript, too, and from code that was written for `@apollo/gateway`. The result names those that
 * this gateway does not have. @throws Error
 */
export function checkOptions(options: EngineGatewayOptions | undefined): readonly string[] {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const name of ['serviceList', 'localServiceList'])
    if (name in given) throw new Error(`This gateway does not compose, so it takes no \`${name}\`: ${compose}.`);
  const { supergraphSdl: from } = given;
  const isHook = typeof from === 'object' && from !== null && 'initialize' in from;
  if (typeof from !== 'string' && typeof from !== 'function' && !isHook)
    throw new Error(
      `\`supergraphSdl\` is the supergraph as a text, or a function or an object with \`initialize\` that gives it: ${compose}.`,
    );
  return Object.keys(given).filter((name) => given[name] !== undefined && !Object.hasOwn(known, name));
}

/** What a hook gave. @throws Error */
export function checkedResult(result: Awaited<ReturnType<SupergraphSdlHook>> | undefined): typeof result & object {
  if (typeof result?.supergraphSdl !== 'string')
    throw new Error('What `supergraphSdl` names has to give `{ supergraphSdl }`, with the supergraph as a text.');
  return result;
}
