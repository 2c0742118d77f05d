// One check for each message.

import { checks, ROOT } from './opfs-checks.ts';

export type Request = { readonly check: number } | { readonly clean: true };
export type Answer = { readonly failure?: string };

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    if ('check' in data) await checks[data.check].run();
    else await (await navigator.storage.getDirectory()).removeEntry(ROOT, { recursive: true }).catch(() => undefined);
    self.postMessage({} satisfies Answer);
  } catch (error) {
    self.postMessage({ failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) } satisfies Answer);
  }
};
