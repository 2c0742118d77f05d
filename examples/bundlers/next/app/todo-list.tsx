'use client';

// The page: a form that adds, and a list that follows the database. The server renders it empty and opens nothing.

import { useSyncExternalStore } from 'react';
import { add, list, remove, toggle } from './todos.ts';

const nothingYet = () => undefined;

export function TodoList() {
  const todos = useSyncExternalStore(list.subscribe, list.getSnapshot, nothingYet) ?? [];
  return (
    <>
      <form action={(data) => void add(String(data.get('title')))}>
        <input name="title" placeholder="What is to be done?" aria-label="What is to be done?" autoComplete="off" required />
        <button>Add</button>
      </form>
      <ul>
        {todos.map(([key, { title, done }]) => (
          <li key={key}>
            <label>
              <input type="checkbox" checked={done} onChange={() => toggle(key)} />
              {title}
            </label>
            <button title="Delete" onClick={() => remove(key)}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
