// The page: a form that adds, and a list that follows the database.

import { add, list, remove, toggle } from './todos.js';

const form = document.querySelector('form');
const title = document.querySelector('input');
const rows = document.querySelector('ul');

form.onsubmit = (event) => {
  event.preventDefault();
  void add(title.value);
  form.reset();
};

list.subscribe(() => rows.replaceChildren(...(list.getSnapshot() ?? []).map(row)));

function row([key, todo]) {
  const item = document.createElement('li');
  const label = item.appendChild(document.createElement('label'));
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: todo.done, onchange: () => toggle(key) });
  label.append(box, todo.title);
  item.append(Object.assign(document.createElement('button'), { textContent: '×', title: 'Delete', onclick: () => remove(key) }));
  return item;
}
