// The database as a file: saved to the disk, and brought back from it.

import { html, LitElement, type TemplateResult } from 'lit';
import { exportDatabase, importDatabase } from '@varve/browser/archive';
import { card } from './card-styles.ts';
import { NAME, newToolWorker, type Playground } from './database.ts';

/** How long a link to a file is kept: the browser has begun to save it by then. */
const LINK_MS = 60_000;

export class FileCard extends LitElement {
  static override properties = { db: { attribute: false }, news: { state: true }, isBusy: { state: true } };
  static override styles = card;

  declare db: Playground['db'];
  declare news: string;
  declare isBusy: boolean;

  constructor() {
    super();
    this.news = '';
    this.isBusy = false;
  }

  override render(): TemplateResult {
    return html`
      <h2>Take it with you</h2>
      <p>The whole database is one file, a tar: <code>varve playground.tar scan</code> looks into it, and any tab brings it back.</p>
      <div class="row">
        <button ?disabled=${this.isBusy} @click=${this.#save}>Save as a file</button>
        <label class="file">
          Replace it by a file
          <input type="file" accept=".tar,application/x-tar" ?disabled=${this.isBusy} @change=${this.#load} />
        </label>
      </div>
      <p role="status" aria-live="polite">${this.news}</p>
    `;
  }

  readonly #save = (): Promise<void> =>
    this.#run(async () => {
      const file = await new Response(exportDatabase(this.db)).blob();
      const href = URL.createObjectURL(file);
      Object.assign(document.createElement('a'), { href, download: `${NAME}.tar` }).click();
      setTimeout(() => URL.revokeObjectURL(href), LINK_MS);
      return `Saved ${megabytes(file.size)}`;
    });

  readonly #load = (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    return this.#run(async () => {
      const file = input.files?.[0];
      if (file === undefined) return '';
      const onProgress = (bytes: number): void => void (this.news = `${megabytes(bytes)} of ${megabytes(file.size)}`);
      // The page opens it again by itself, as every other tab does.
      await importDatabase(NAME, file, { worker: newToolWorker, onProgress });
      input.value = '';
      return `Replaced by ${file.name}`;
    });
  };

  async #run(work: () => Promise<string>): Promise<void> {
    this.isBusy = true;
    const start = performance.now();
    try {
      const done = await work();
      this.news = done === '' ? '' : `${done}, ${Math.round(performance.now() - start)} ms`;
    } catch (error) {
      this.news = error instanceof Error ? error.message : String(error);
    } finally {
      this.isBusy = false;
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

customElements.define('file-card', FileCard);
