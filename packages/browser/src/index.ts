export { RemoteDatabase } from './client/remote-database.ts';
export { Session } from './host/session.ts';
export { Connection } from './client/connection.ts';
