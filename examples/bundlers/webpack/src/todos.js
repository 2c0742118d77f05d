// One database for all tabs of the site. It is opened when it is first used.

import { openDatabase } from '@varve/browser';
import { json, utf8 } from '@varve/core';

const db = openDatabase('todos');
const todos = db.keyspace('todos', { keys: utf8, values: json() });

/** Oldest first: keys begin with the time. */
export const list = todos.live();
/** @param {string} title */
export const add = (title) => todos.put(`${Date.now()} ${crypto.randomUUID()}`, { title, done: false });
/** @param {string} key */
export const toggle = (key) => todos.update(key, (todo) => todo && { ...todo, done: !todo.done });
/** @param {string} key */
export const remove = (key) => todos.delete(key);
