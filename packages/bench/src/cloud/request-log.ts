// When each request of this process began and ended: how many of them had to wait for each other. A delay that is added to each answer makes the distance to the
// service so large that nothing else counts, as between a program and a real bucket.

export interface LoggedRequest {
  /** As `GET manifest/...`. */
  readonly what: string;
  readonly begin: number;
  end: number;
}

/** The requests that go out while `work` runs. */
export async function logRequests(work: () => Promise<void>, delayMs = 0): Promise<LoggedRequest[]> {
  const log: LoggedRequest[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = { what: `${init?.method ?? 'GET'} ${nameOf(input)}`, begin: performance.now(), end: Infinity };
    log.push(request);
    try {
      const answer = await real(input, init);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return answer;
    } finally {
      request.end = performance.now();
    }
  };
  try {
    await work();
    return [...log];
  } finally {
    globalThis.fetch = real;
  }
}

/** The longest row of requests of which each began after the one before had ended. */
export function inARow(log: readonly LoggedRequest[]): LoggedRequest[] {
  const row: LoggedRequest[] = [];
  for (const request of [...log].sort((a, b) => a.end - b.end)) {
    if (request.begin >= (row.at(-1)?.end ?? -Infinity)) row.push(request);
  }
  return row;
}

function nameOf(input: string | URL | Request): string {
  const url = new URL(input instanceof Request ? input.url : input);
  const name = url.pathname.split('/').slice(3).join('/');
  return decodeURIComponent(name === '' ? (url.searchParams.get('prefix') ?? '') : name);
}
