/**
 * The mock notes a request only after it has answered it, so now and then it says that none came. And its port may be
 * one that another test has just left, whose client still tries to connect a WebSocket.
 */
export async function upToThrice<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      if (attempt === 3 || !/expected but not received|upgrade: websocket/.test(String(error))) throw error;
    }
}
