// One database for all tabs of the site. It is opened when it is first used.

import { openDatabase } from '@varve/browser';
import { json, utf8 } from '@varve/core';

export interface Todo {
  readonly title: string;
  readonly done: boolean;
}

const db = openDatabase('todos', {
  // esbuild does not look for workers: build.js makes this one as an entry of its own.
  worker: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
});
const todos = db.keyspace('todos', { keys: utf8, values: json<Todo>() });

/** Oldest first: keys begin with the time. */
export const list = todos.live();
export const add = (title: string) => todos.put(`${Date.now()} ${crypto.randomUUID()}`, { title, done: false });
export const toggle = (key: string) => todos.update(key, (todo) => todo && { ...todo, done: !todo.done });
export const remove = (key: string) => todos.delete(key);
