// Matches as one types, with the time that each query took.

import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { card } from './card-styles.ts';
import type { Playground } from './database.ts';
import { fold } from './fold.ts';
import type { Place } from './places.ts';

const SHOWN = 50;

export class SearchCard extends LitElement {
  static override properties = { places: { attribute: false }, found: { state: true }, news: { state: true } };
  static override styles = card;

  declare places: Playground['places'];
  declare found: readonly (readonly [string, Place])[];
  declare news: string;
  #asked = '';
  #close: (() => void) | undefined;

  constructor() {
    super();
    this.found = [];
    this.news = 'Type a letter.';
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('places')) return;
    this.#close?.();
    // Other tabs load places too.
    const watch = this.places.watch();
    const stop = watch.subscribe(() => void this.#search(this.#asked));
    this.#close = () => {
      stop();
      watch.close();
    };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close?.();
  }

  override render(): TemplateResult {
    return html`
      <h2>Find a place</h2>
      <label>
        Its name begins with
        <input
          type="search"
          autocomplete="off"
          spellcheck="false"
          aria-controls="found"
          @input=${(event: InputEvent) => void this.#search((event.target as HTMLInputElement).value)}
        />
      </label>
      <p role="status" aria-live="polite" class="dim">${this.news}</p>
      <ul id="found" role="list">
        ${this.found.map(
          ([, { name, country, lat, lng }]) =>
            html`<li><span>${name}</span><span class="dim">${country} ${lat.toFixed(2)}, ${lng.toFixed(2)}</span></li>`,
        )}
      </ul>
    `;
  }

  async #search(text: string): Promise<void> {
    this.#asked = text;
    const prefix = fold(text.trim());
    if (prefix === '') {
      this.found = [];
      this.news = 'Type a letter.';
      return;
    }
    try {
      const start = performance.now();
      const found = await this.places.scan({ prefix, limit: SHOWN }).all();
      const ms = performance.now() - start;
      if (this.#asked !== text) return;
      this.found = found;
      this.news = `${found.length === SHOWN ? `the first ${SHOWN}` : found.length} matches in ${ms.toFixed(1)} ms`;
    } catch (error) {
      this.news = error instanceof Error ? error.message : String(error);
    }
  }
}

customElements.define('search-card', SearchCard);
