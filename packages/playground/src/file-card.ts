// The database as a file: saved to the disk, and brought back from it.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { exportDatabase, importDatabase } from '@varve/browser/archive';
import { card } from './card-styles.ts';
import { NAME, newToolWorker, type Playground } from './database.ts';

/** How long a link to a file is kept: the browser has begun to save it by then. */
const LINK_MS = 60_000;

export class FileCard extends LitElement {
  static override properties = { db: { attribute: false }, news: { state: true }, share: { state: true }, isBusy: { state: true } };
  static override styles = card;

  declare db: Playground['db'];
  declare news: string;
  /** How much of a file is done; undefined: nothing is under way. */
  declare share: number | undefined;
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
          Replace the database by a file
          <input type="file" accept=".tar,application/x-tar" ?disabled=${this.isBusy} @change=${this.#load} />
        </label>
      </div>
      ${this.share === undefined ? nothing : html`<progress max="1" .value=${this.share} aria-label="How much of the file is done"></progress>`}
      <p role="status" aria-live="polite">${this.news}</p>
    `;
  }

  readonly #save = (): Promise<void> =>
    this.#run(async () => {
      const onProgress = (done: number, total: number): void => void (this.share = done / total);
      const file = await new Response(exportDatabase(this.db, { onProgress })).blob();
      const href = URL.createObjectURL(file);
      Object.assign(document.createElement('a'), { href, download: `${NAME}.tar` }).click();
      setTimeout(() => URL.revokeObjectURL(href), LINK_MS);
      return `Saved ${megabytes(file.size)}`;
    });

  readonly #load = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    await this.#run(async () => {
      if (file === undefined) return '';
      const question = `${file.name} takes the place of the database, in every tab.`;
      if (!confirm(question)) return '';
      const onProgress = (done: number): void => void (this.share = Math.min(1, done / file.size));
      // The page opens it again by itself, as every other tab does.
      await importDatabase(NAME, file, { worker: newToolWorker, onProgress });
      return `Replaced by ${file.name}`;
    });
    // The same file may be chosen again.
    input.value = '';
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
      this.share = undefined;
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

customElements.define('file-card', FileCard);
