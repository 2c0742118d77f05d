import { TodoList } from './todo-list.tsx';

export default function Page() {
  return (
    <main>
      <h1>Todos</h1>
      <p>Kept in this browser, the same in all its tabs. Bundled by Next.</p>
      <TodoList />
    </main>
  );
}
