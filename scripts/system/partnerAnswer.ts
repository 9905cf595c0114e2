/** What the partner channel answered, for a program and for the person who typed the command. */
export interface PartnerAnswer {
  /** JSON, with what the trial run answered as a part of it. */
  readonly json: string;
  /** What is to be copied into a program or a terminal, as it has to stand there; undefined if there is nothing. */
  readonly toCopy?: string;
}

export function partnerAnswer(answer: Readonly<Record<string, unknown>> | null): PartnerAnswer {
  const { trial, typescript, curl } = answer ?? {};
  const json = JSON.stringify(
    typeof trial === 'string' ? { ...answer, trial: JSON.parse(trial) as unknown } : answer,
    null,
    2,
  );
  const toCopy = [typescript, curl].filter((each) => typeof each === 'string').map((each) => each.trimEnd());
  return { json, ...(toCopy.length > 0 && { toCopy: toCopy.join('\n\n') }) };
}
