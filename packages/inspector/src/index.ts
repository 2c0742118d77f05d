// Public names of @varve/inspector: importing it defines the element.

export { VarveInspector, type Inspected } from './varve-inspector.ts';
