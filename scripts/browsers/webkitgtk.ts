// A provider that lets Vitest drive WebKitGTK's MiniBrowser. It opens a page and closes it, which is all that a test page needs; a display has to be there
// (`xvfb-run`), since MiniBrowser has no headless mode.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineBrowserProvider } from '@vitest/browser';

const PROGRAM = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
/** Off in this build although they are there. */
const FEATURES = '--features=+StorageAPI,+StorageAPIEstimate,+FileSystem,+AccessHandle,+FileSystemWritableStream';
const ENDING_MS = 300;

type Provider = ReturnType<Parameters<typeof defineBrowserProvider>[0]['providerFactory']>;

class WebKitGtk {
  readonly name = 'webkitgtk';
  readonly supportsParallelism = false;
  readonly initScripts: string[] = [];
  readonly #home = mkdtempSync(join(tmpdir(), 'varve-webkit-'));
  readonly #processes: ChildProcess[] = [];

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_session: string, url: string): Promise<void> {
    const env = {
      ...process.env,
      XDG_DATA_HOME: join(this.#home, 'data'),
      XDG_CACHE_HOME: join(this.#home, 'cache'),
      XDG_CONFIG_HOME: join(this.#home, 'config'),
    };
    this.#processes.push(spawn(PROGRAM, [FEATURES, url], { detached: true, stdio: 'ignore', env }));
  }

  async close(): Promise<void> {
    for (const { pid } of this.#processes.splice(0)) {
      try {
        // The program and the processes of its pages.
        if (pid !== undefined) process.kill(-pid, 'SIGTERM');
      } catch {
        // It has ended by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, ENDING_MS));
    rmSync(this.#home, { recursive: true, force: true });
  }
}

export const webkitgtk = () =>
  defineBrowserProvider({
    name: 'webkitgtk' as never,
    supportedBrowser: ['webkit'],
    options: {},
    providerFactory: () => new WebKitGtk() as unknown as Provider,
  });
