// Loads the data set, with a progress bar.

import { html, LitElement, type TemplateResult } from 'lit';
import { card } from './card-styles.ts';
import type { Playground } from './database.ts';
import { placeEntries } from './places.ts';

const PLACES = 171_075;

export class ImportCard extends LitElement {
  static override properties = { places: { attribute: false }, done: { state: true }, news: { state: true }, isBusy: { state: true } };
  static override styles = card;

  declare places: Playground['places'];
  declare done: number;
  declare news: string;
  declare isBusy: boolean;

  constructor() {
    super();
    this.done = 0;
    this.isBusy = false;
    this.news = '';
  }

  override render(): TemplateResult {
    return html`
      <h2 id="title">Fill it</h2>
      <p>${PLACES.toLocaleString('en')} places of the world, each with its country and position.</p>
      <progress style="width: 100%; accent-color: var(--accent)" max=${PLACES} .value=${this.done} aria-labelledby="title"></progress>
      <div class="row"><button ?disabled=${this.isBusy} @click=${this.#import}>Load the places</button></div>
      <p role="status" aria-live="polite">${this.news}</p>
    `;
  }

  readonly #import = async (): Promise<void> => {
    this.isBusy = true;
    this.done = 0;
    this.news = 'Loading';
    try {
      let ms = 0;
      for await (const entries of placeEntries()) {
        const start = performance.now();
        await this.places.putMany(entries);
        ms += performance.now() - start;
        this.done += entries.length;
      }
      this.news = `${this.done.toLocaleString('en')} entries in ${(ms / 1000).toFixed(2)} s: ${Math.round((this.done * 1000) / ms).toLocaleString('en')} a second.`;
      this.dispatchEvent(new CustomEvent('imported'));
    } catch (error) {
      this.news = error instanceof Error ? error.message : String(error);
    } finally {
      this.isBusy = false;
    }
  };
}

customElements.define('import-card', ImportCard);
