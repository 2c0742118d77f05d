// What all cards look like.

import { css } from 'lit';

export const card = css`
  :host {
    box-sizing: border-box;
  }
  .card,
  :host(.card) {
    display: block;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 8px;
    padding: 1rem;
  }
  h2 {
    font-size: 1.125rem;
    margin: 0 0 0.5rem;
  }
  p {
    margin: 0.5rem 0;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin: 0.75rem 0 0;
    align-items: end;
  }
  label {
    display: grid;
    gap: 0.125rem;
    font-size: 0.875rem;
    color: var(--dim);
    flex: 1 1 8rem;
  }
  .file input {
    max-width: 100%;
    box-sizing: border-box;
  }
  input {
    font: inherit;
    color: var(--ink);
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: 6px;
    padding: 0.4375rem 0.625rem;
    min-width: 0;
  }
  button,
  .button {
    font: inherit;
    color: var(--on-accent);
    background: var(--accent);
    border: 0;
    border-radius: 6px;
    padding: 0.5rem 0.875rem;
    cursor: pointer;
    text-decoration: none;
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.danger {
    background: transparent;
    color: var(--danger);
    outline: 1px solid var(--danger);
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .dim {
    color: var(--dim);
    font-size: 0.875rem;
  }
  ul {
    list-style: none;
    margin: 0.5rem 0 0;
    padding: 0;
    max-height: 20rem;
    overflow: auto;
  }
  li {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    padding: 0.25rem 0;
    border-bottom: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
`;
